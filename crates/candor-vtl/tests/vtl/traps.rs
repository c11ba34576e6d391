//! What a template gets wrong, told from the template alone.

use candor_vtl::{Template, traps};

/// The traps of a template: their names, and the text that each stands at.
fn found(source: &str) -> Vec<(&'static str, &str)> {
    let found = traps::find(&Template::parse(source).unwrap());
    found.iter().map(|t| (t.kind.slug(), &source[t.span.start as usize..t.span.end as usize])).collect()
}

#[test]
fn conditions_that_always_hold() {
    let path = "$input.path('$.errorMessage')";
    assert_eq!(found(&format!("#if({path})a#end")), [("always-true", path)]);
    let set = "#set($e = $input.path('$.errorMessage'))#if($e)a#end";
    assert_eq!(found(set), [("always-true", "$e")]);
    assert_eq!(found(&format!("#if({path} != '')a#end")), []);
    assert_eq!(found("#if($input.path('$.done') == true)a#end"), []);
}

#[test]
fn a_loop_asks_whether_more_comes() {
    assert_eq!(found("#foreach($i in $input.path('$.all'))$i#if($foreach.hasNext),#end#end"), []);
    assert_eq!(found("#if($foreach.hasNext)a#end"), [("always-true", "$foreach.hasNext")]);
}

#[test]
fn references_that_nothing_defines() {
    assert_eq!(found("$nothing"), [("never-defined", "$nothing")]);
    assert_eq!(found("#set($a = 1)$a-1"), [("hyphen-in-name", "$a-1")]);
    assert_eq!(found("#set($a = 1)$a"), []);
    assert_eq!(found("$util.parseJSON('{}')"), [("no-such-method", "$util.parseJSON('{}')")]);
}

#[test]
fn output_that_is_no_json_for_some_inputs() {
    assert_eq!(found(r#"{"a": "$input.json('$.a')"}"#), [("json-in-quotes", "$input.json('$.a')")]);
    assert_eq!(found(r#"{"a": $input.json('$.a')}"#), []);
    let comma = "[#foreach($i in $input.path('$.a'))$input.json('$.b'),#end]";
    assert!(found(comma).iter().any(|(slug, _)| *slug == "trailing-comma"), "{:?}", found(comma));
}

proptest::proptest! {
    #[test]
    fn any_template_is_looked_at(source in "(#if|#set|#foreach|#end|\\(|\\)|\\$x|\\$input\\.path\\('\\$'\\)|\"|\\{|\\}|,| |a|é|=| in ){0,30}") {
        if let Ok(template) = Template::parse(&source) {
            for trap in traps::find(&template) {
                assert!(source.get(trap.span.start as usize..trap.span.end as usize).is_some());
            }
        }
    }
}

#[test]
fn variables_that_are_set_from_each_other_are_asked_once() {
    let mut template = String::new();
    for i in 0..40 {
        for j in 0..40 {
            template.push_str(&format!("#set($v{i} = $v{j})"));
        }
    }
    template.push_str("#if($v0)y#end");
    let parsed = candor_vtl::Template::parse(&template).expect("a template");
    assert!(candor_vtl::traps::find(&parsed).is_empty());
}
