//! A payload is read once: what a template changes in it shows wherever it is looked at, and what it passes by stays as it was.

use candor_vtl::{Budget, Overrides, Params, Scope, Template, Value};

const BODY: &str = r#"{
    "list": [{"n": 1, "tag": "a"}, {"n": 2, "tag": "b"}, [], {"n": 3}],
    "map": {"a\"b": "x\u00e9\n", "deep": {"deeper": [1, 2.50, 12345678901234567890, null, true]}},
    "twice": {"k": {"old": 1}, "other": [2], "k": {"new": 3}},
    "big": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
}"#;

#[track_caller]
fn print(template: &str) -> String {
    let scope = Scope {
        body: BODY,
        params: &Params::default(),
        context: &Value::Null,
        stage_variables: &[],
        overrides: &Overrides::default(),
    };
    Template::parse(template).unwrap().render(&scope, Budget::default()).unwrap().output
}

#[test]
fn a_change_shows_wherever_the_map_is_reached() {
    assert_eq!(
        print(
            "#set($x = $input.path('$.list[0]').put('n', 9))\
             $input.path('$').list[0].n $input.json('$.list[0]') $input.json('$..n') $input.path('$.list[?(@.n > 2)].n')"
        ),
        r#"9 {"n":9,"tag":"a"} [9,2,3] [9,3]"#
    );
    assert_eq!(
        print("#foreach($i in $input.path('$.list'))#set($i.seen = $foreach.count)#end$input.json('$.list')"),
        r#"[{"n":1,"tag":"a","seen":1},{"n":2,"tag":"b","seen":2},[],{"n":3,"seen":4}]"#
    );
    assert_eq!(
        print(
            "#set($m = $input.path('$.map'))#set($m.deep.deeper = 'gone')$m.deep $input.json('$.map.deep')"
        ),
        r#"{deeper=gone} {"deeper":"gone"}"#
    );
}

#[test]
fn a_change_of_a_list_shows_wherever_it_is_reached() {
    assert_eq!(
        print(
            "#set($l = $input.path('$.list'))#set($x = $l.remove(0))$l.size() $input.path('$.list[0].tag') $input.path('$').list.get(2).n"
        ),
        "3 b 3"
    );
    assert_eq!(
        print(
            "#set($l = $input.path('$.big'))#set($l[19] = 'end')$l[19] $l[-1] $l[0] $input.path('$.big[-1]')"
        ),
        "end end 0 end"
    );
}

#[test]
fn what_nobody_changed_prints_as_it_was_read() {
    assert_eq!(
        print("$input.path('$.map')"),
        "{a\"b=xé\n, deep={deeper=[1,2.5,12345678901234567890,null,true]}}"
    );
    assert_eq!(
        print("#set($all = $input.path('$'))$input.json('$.map')"),
        r#"{"a\"b":"xé\n","deep":{"deeper":[1,2.5,12345678901234567890,null,true]}}"#
    );
    assert_eq!(print("$input.path('$.map').get('a\"b')"), "xé\n");
    assert_eq!(print("$input.path('$.big').indexOf(7) $input.path('$.big').contains(20)"), "7 false");
    assert_eq!(print("#foreach($k in $input.path('$.map').keySet())[$k]#end"), "[a\"b][deep]");
}

#[test]
fn of_a_key_that_comes_twice_the_last_one_counts() {
    assert_eq!(print("$input.path('$.twice')"), "{k={new=3}, other=[2]}");
    assert_eq!(print("$input.path('$.twice.k.new') [$!input.path('$.twice.k.old')]"), "3 []");
    assert_eq!(print("$input.path('$.twice').size()"), "2");
}

#[test]
fn two_looks_at_a_value_are_the_same_value() {
    assert_eq!(
        print(
            "#if($input.path('$.map') == $input.path('$').map)same#end #if($input.path('$.list[1]') == $input.path('$.list[0]'))same#else other#end"
        ),
        "same  other"
    );
    assert_eq!(print("#set($context.kept = $input.path('$.map.deep'))$context.kept.deeper[1]"), "2.5");
}
