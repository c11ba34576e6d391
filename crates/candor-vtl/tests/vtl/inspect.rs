//! What can be told of a template without rendering it.

use candor_vtl::{Input, Template};

#[track_caller]
fn parse(source: &str) -> Template {
    Template::parse(source).unwrap()
}

#[test]
fn mentions_of_roots_properties_and_keys() {
    assert!(parse("$input.path('$')").mentions("input"));
    assert!(parse("#set($context.responseOverride.status = 1)").mentions("responseOverride"));
    assert!(parse("#if($context['responseOverride'])#end").mentions("responseOverride"));
    assert!(parse("#set($x = \"a $input.body\")").mentions("input"));
    assert!(parse("#set($d = $context.get('responseOverride'))").mentions("responseOverride"));
    assert!(!parse("input \\$input ## $input").mentions("input"));
}

#[test]
fn constant_templates() {
    assert!(parse("{\"ok\": true}").is_constant());
    assert!(parse("").is_constant());
    assert!(parse("#set($root = $input.path('$'))\n{\"ok\": true} ## done").is_constant());
    assert!(!parse("{\"id\": \"$id\"}").is_constant());
    assert!(!parse("#if($input.path('$.a'))x#end").is_constant());
    assert!(!parse("#set($context.responseOverride.status = 500)x").is_constant());
    assert!(!parse("#set($o = $context.responseOverride)#set($o.status = 500)x").is_constant());
}

#[test]
fn assignments_by_object_and_member() {
    let source = "{}#if($x)#set($context.responseOverride.status = 500)#end";
    let at = parse(source).assignment("responseOverride", "status").unwrap();
    assert_eq!(&source[at.start as usize..at.end as usize], "#set($context.responseOverride.status = 500)");
    assert!(
        parse("#set($context['responseOverride'][\"status\"] = 1)")
            .assignment("context", "responseOverride")
            .is_some()
    );
    assert!(
        parse("#set($x = $context.responseOverride.status)")
            .assignment("responseOverride", "status")
            .is_none()
    );
}

#[test]
fn printed_references_in_order() {
    let source = "#set($x = $a)#if($b)\"$x\"#else${c.d}#end #foreach($e in $f)$e#end";
    let printed = parse(source).printed_references();
    let texts: Vec<&str> = printed.iter().map(|r| &source[r.start as usize..r.end as usize]).collect();
    assert_eq!(texts, ["$x", "${c.d}", "$e"]);
}

#[test]
fn what_of_the_request_is_looked_at() {
    let source = r#"{"id": "$input.params('id')", #foreach($p in $input.params().path.keySet())$p#end "$util.urlEncode("${input.params().get('path').id}")" $!input.path('$.a')}"#;
    let inputs = parse(source).inputs();
    let kinds: Vec<&Input> = inputs.iter().map(|(input, _)| input).collect();
    let id = Input::Parameter("id".to_string());
    assert_eq!(kinds, [&id, &Input::PathParameters, &Input::PathParameters, &Input::Other]);
    let (_, at) = &inputs[0];
    assert_eq!(&source[at.start as usize..at.end as usize], "$input.params('id')");
    for source in ["$input.params().header.Host", "$context.path", "$context.identity.userAgent.length()"] {
        assert_eq!(parse(source).inputs()[0].0, Input::Other, "{source}");
    }
    assert_eq!(parse("$context.requestId $context.identity.sourceIp").inputs(), []);
}
