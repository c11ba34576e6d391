//! A payload is read once: what a template changes in it shows wherever it is looked at, and what it passes by stays as it was.

use candor_vtl::{Budget, Error, ErrorKind, Overrides, Params, Scope, Template, Value};

const BODY: &str = r#"{
    "list": [{"n": 1, "tag": "a"}, {"n": 2, "tag": "b"}, [], {"n": 3}],
    "map": {"a\"b": "x\u00e9\n", "deep": {"deeper": [1, 2.50, 12345678901234567890, null, true]}},
    "twice": {"k": {"old": 1}, "other": [2], "k": {"new": 3}},
    "big": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
}"#;

#[track_caller]
fn print(template: &str) -> String {
    render(template, BODY).unwrap()
}

fn render(template: &str, body: &str) -> Result<String, Error> {
    with_steps(template, body, Budget::default().steps)
}

fn with_steps(template: &str, body: &str, steps: u64) -> Result<String, Error> {
    let scope = Scope {
        body,
        params: &Params::default(),
        context: &Value::Null,
        stage_variables: &[],
        overrides: &Overrides::default(),
    };
    Ok(Template::parse(template)?.render(&scope, Budget { steps, ..Budget::default() })?.output)
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

#[test]
fn a_map_may_change_at_the_last_turn_of_a_loop_over_it() {
    assert_eq!(
        print(
            "#set($m = $input.path('$.map.deep'))#foreach($k in $m.keySet())#set($m.new = $k)#end$m.new #foreach($v in {'a': $m})#set($x = $v.remove('new'))#end$m"
        ),
        "deeper {deeper=[1,2.5,12345678901234567890,null,true]}"
    );
    for changed in [
        // It is not the last turn.
        "#set($m = $input.path('$.twice'))#foreach($v in $m)#set($m.new = 1)#end",
        "#set($m = $input.path('$.twice'))#foreach($v in $m.entrySet())#set($x = $m.remove('other'))#end",
        // A list is asked for more when the turn is over.
        "#set($l = $input.path('$.twice.other'))#foreach($v in $l)#set($x = $l.add(1))#end",
    ] {
        assert!(matches!(render(changed, BODY).unwrap_err().kind, ErrorKind::Method(_)), "{changed}");
    }
}

#[test]
fn hash_codes_are_those_of_java() {
    assert_eq!(print("$input.path('$.map.deep.deeper[2]').hashCode()"), "-1436577082");
    assert_eq!(print("$input.path('$.map.deep').hashCode()"), "-1805152084");
}

#[test]
fn what_a_map_shows_is_set_through_its_entries_only() {
    assert_eq!(
        print(
            "#set($m = $input.path('$.twice.k'))#foreach($e in $m.entrySet())#set($e.value = 4)$e $e.setValue(5) $input.json('$.twice.k')#end"
        ),
        r#"new=4 4 {"new":5}"#
    );
    assert_eq!(print("#set($v = $input.path('$.twice.k').values())#set($v[0] = 9)$v"), "[3]");
}

#[test]
fn a_view_within_a_map_shows_it_as_it_is() {
    let kept = "#set($m = $input.path('$.twice'))#set($m.keys = $m.keySet())#set($m.last = 1)";
    assert_eq!(print(&format!("{kept}$input.json('$.twice.keys')")), r#"["k","other","keys","last"]"#);
    assert_eq!(
        print(&format!(
            "{kept}#set($list = [$m.keys])#set($hash = $list.hashCode())#set($m.x = 1)#if($hash == $list.hashCode())the same#end"
        )),
        ""
    );
    let inside = "#set($m = $input.path('$.twice'))#set($m.values = $m.values())$input.json('$.twice')";
    assert!(matches!(render(inside, BODY).unwrap_err().kind, ErrorKind::Budget(_)));
}

#[test]
fn a_negative_index_asks_for_the_size() {
    assert_eq!(
        print("#set($m = $input.path('$.twice.k'))#set($m[-1] = 'a')#set($m[-1] = 'b')$m $m[-2]"),
        "{new=3, 0=a, 1=b} b"
    );
    for without in ["$util[-1]", "$input[-1]", "#set($s = 'x')#set($s[-1] = 1)"] {
        assert!(matches!(render(without, BODY).unwrap_err().kind, ErrorKind::Method(_)), "{without}");
    }
    assert_eq!(print("#foreach($i in [1])[$foreach[-1]]#end"), "[]");
}

#[test]
fn a_payload_that_cannot_be_read_says_where() {
    for (body, expected) in [
        (r#"["\ué"]"#, "four hexadecimal digits at byte 4"),
        (r#"["\u00"#, "four hexadecimal digits at byte 4"),
        (r#"["é\"#, "an escape at byte 5"),
        (r#"{"a" 1}"#, "`:` at byte 5"),
        ("{'a': 'b'", "`,` or `}` at byte 9"),
    ] {
        let error = render("$input.path('$')", body).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Payload(format!("expected {expected}")), "{body}");
    }
}

/// A look at something large costs what it takes.
#[test]
fn looks_at_large_values_are_charged() {
    let long = "\\n".repeat(200_000);
    let many = vec!["1"; 20_000].join(",");
    let members: String = (0..20_000).map(|i| format!("k{i}:'x',")).collect();
    let texts = format!(r#"{{"t":"{long}","u":"{long}","digits":{}}}"#, "1".repeat(200_000));
    let lists = format!(r#"{{"l":[{many}],"k":[{many}],"m":{{{members}}},"n":{{{members}}}}}"#);
    let looked_at = |look: &str, body: &str| {
        let template =
            format!("#set($r = $input.path('$'))#set($v = $r.m.values())#foreach($i in [1..1000]){look}#end");
        with_steps(&template, body, 150_000)
    };
    for (look, body) in [
        ("$!r.t.hashCode()", &texts),
        ("#if($r.t == $r.u)#end", &texts),
        ("#if([$r.t] == [$r.u])#end", &texts),
        ("#set($x = $r.get($r.t))", &texts),
        ("#set($x = $input.path('$.t.length()'))", &texts),
        ("#set($x = $input.path('$[?(@.t == 1)]'))", &texts),
        ("#if($r.digits > 1)#end", &texts),
        ("#if($r.l == $r.k)#end", &lists),
        ("#if($r.m == $r.n)#end", &lists),
        ("#set($x = $input.path('$.l.length()'))", &lists),
        ("#set($x = $input.path('$.l[0:1]'))", &lists),
        ("#foreach($x in $r.l.iterator())#break#end", &lists),
        ("#set($r.m.k0 = $i)#set($x = $v.size())", &lists),
        ("#set($x = $r.m.remove('k0', 'x'))#set($r.m.k0 = 'x')", &lists),
    ] {
        match looked_at(look, body) {
            Err(error) => assert!(matches!(error.kind, ErrorKind::Budget(_)), "{look}: {error}"),
            Ok(_) => panic!("{look} costs nothing"),
        }
    }
    // These take no more than the same looks at something small.
    for (look, body) in [
        ("#set($x = $r.t)", &texts),
        ("#set($x = $r.none)", &format!(r#"{{"{long}":1}}"#)),
        ("#set($none = [])#set($x = $none.containsAll($r.l))", &lists),
        ("#foreach($x in $r.m)#break#end", &lists),
        ("#if($r.l == $r.m)#end", &texts),
    ] {
        assert!(looked_at(look, body).is_ok(), "{look}");
    }
}

#[test]
fn keys_that_repeat_around_a_large_value_are_bounded() {
    let mut body = format!("[{}]", vec!["1"; 1_000_000].join(","));
    for _ in 0..20 {
        body = format!("{{a:1,a:{body}}}");
    }
    let error = render("$input.path('$').none", &body).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Budget("the payload repeats keys around too many values"));
}
