//! What templates print, as a manual would show it.

use candor_vtl::{Budget, Error, ErrorKind, Overrides, Params, Rendered, Scope, Template, Value};

const ORDER: &str = r#"{"id": 7, "name": "it's", "total": 12.50, "lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": 1}], "none": null}"#;

fn try_render(template: &str, body: &str) -> Result<Rendered, Error> {
    let context = Value::map([
        ("stage", Value::from("prod")),
        ("identity", Value::map([("sourceIp", Value::from("192.0.2.1"))])),
    ]);
    let pair = |k: &str, v: &str| vec![(k.to_string(), v.to_string())];
    let params =
        Params { path: pair("id", "p7"), querystring: pair("id", "q7"), header: pair("X-Mode", "fast") };
    let scope = Scope {
        body,
        params: &params,
        context: &context,
        stage_variables: &pair("table", "orders"),
        overrides: &Overrides::default(),
    };
    Template::parse(template)?.render(&scope, Budget::default())
}

/// What a template prints of an order.
#[track_caller]
fn print(template: &str) -> String {
    try_render(template, ORDER).unwrap().output
}

/// Why a template fails.
#[track_caller]
fn failure(template: &str) -> ErrorKind {
    try_render(template, ORDER).unwrap_err().kind
}

#[test]
fn references_in_all_forms() {
    assert_eq!(print("#set($a = 'x')$a ${a}y $!a $!{a}!"), "x xy x x!");
    assert_eq!(print("[$none][${none}][$!none.of.it]"), "[][][]");
    assert_eq!(print("$1 $5.00 $ $( ${ a} 100%"), "$1 $5.00 $ $( ${ a} 100%");
    assert_eq!(
        print("#set($m = {'k': ['p', 'q']})$m.k[1] $m['k'][0] $m.k.size() ${m.k}s $m.k."),
        "q p 2 [p, q]s [p, q]."
    );
    assert_eq!(print("#set($a-b = 1)$a-b|$a"), "1|");
}

#[test]
fn backslashes_escape_references_and_directives() {
    assert_eq!(print(r"#set($a = 1)\$a \\$a \\\$a \$none.x() C:\dir"), r"$a \1 \$a $none.x() C:\dir");
    assert_eq!(print(r"#set($a = 1)\#if($a)x\#end \#foo"), r"#if(1)x#end \#foo");
}

#[test]
fn literals() {
    assert_eq!(print(r#"#set($x = 'raw $x')$x"#), "raw $x");
    assert_eq!(
        print(r#"#set($n = 2)#set($x = "n is ${n}, ""twice"" #if($n > 1)many#end")$x"#),
        r#"n is 2, "twice" many"#
    );
    assert_eq!(print("#set($x = [1, 'two', true, [], {}])$x"), "[1, two, true, [], {}]");
    assert_eq!(print("#set($x = {'a': 1, 'b': {'c': 'd'}})$x"), "{a=1, b={c=d}}");
    assert_eq!(print("#set($n = 3)#set($x = [1..$n])$x|#set($x = [2..-1])$x"), "[1, 2, 3]|[2, 1, 0, -1]");
    assert_eq!(print("#set($x = 007)$x|#set($x = .5)$x|#set($x = 1e3)$x|#set($x = -2)$x"), "7|0.5|1000.0|-2");
    assert_eq!(print("#set($x = \"\\u00e9\\n\")$x"), "é\\n");
}

#[test]
fn operators_by_precedence() {
    assert_eq!(print("#set($x = 1 + 2 * 3 - (4 - 2) % 2)$x"), "7");
    assert_eq!(print("#set($x = true || false && false)$x|#set($x = not true or 1 lt 2)$x"), "true|true");
    assert_eq!(print("#set($x = 7 / 2)$x|#set($x = -7 / 2)$x|#set($x = 7 / 2.0)$x"), "3|-3|3.5");
    assert_eq!(print("#set($x = 1 / 0)[$x]"), "[]");
    assert_eq!(print("#set($x = 'a' + 1 + 2)$x|#set($x = 1 + 2 + 'a')$x"), "a12|3a");
    assert_eq!(
        print("#set($x = 2147483647 + 1)$x|#set($x = 9223372036854775807 + 1)$x"),
        "2147483648|9223372036854775808"
    );
}

#[test]
fn equality_is_by_value_or_text() {
    for equal in
        ["1 == 1.0", "1 == '1'", "[1, 2] == [1, 2]", "[1] == '[1]'", "$none == ''", "$none == $nothing"]
    {
        assert_eq!(print(&format!("#if({equal})yes#end")), "yes", "{equal}");
    }
    for different in ["'a' == 'b'", "$none == 0", "'a' < 'b'", "$none > 1"] {
        assert_eq!(print(&format!("#if({different})yes#{{else}}no#end")), "no", "{different}");
    }
}

#[test]
fn only_false_is_false() {
    for truthy in ["$none", "$input.path('$.none')", "$input.path('$.id')", "!false", "! 'a'"] {
        assert_eq!(print(&format!("#if({truthy})yes#end")), "yes", "{truthy}");
    }
    for falsy in ["false", "'x'", "1", "!$none"] {
        assert_eq!(print(&format!("#if({falsy})yes#{{else}}no#end")), "no", "{falsy}");
    }
}

#[test]
fn branches() {
    let template = "#if($input.path('$.id') == 1)one#elseif($input.path('$.id') == 7)seven#{else}many#end";
    assert_eq!(print(template), "seven");
    assert_eq!(try_render(template, r#"{"id": 1}"#).unwrap().output, "one");
    assert_eq!(try_render(template, "{}").unwrap().output, "many");
}

#[test]
fn loops() {
    let template =
        "#foreach($l in $input.path('$.lines'))$foreach.count:$l.sku#if($foreach.hasNext),#end#end";
    assert_eq!(print(template), "1:a,2:b");
    assert_eq!(print("#foreach($v in {'a': 1, 'b': 2})$v#end"), "12");
    assert_eq!(
        print("#foreach($e in $input.path('$.lines[0]').entrySet())$e.key=$e.value;#end"),
        "sku=a;n=2;"
    );
    assert_eq!(print("#foreach($x in 'text')x#end#foreach($x in $none)x#end|"), "|");
    assert_eq!(print("#set($x = 'old')#foreach($x in [1..2])$x#end$x$foreach.index"), "12old");
    assert_eq!(print("#foreach($x in [1..5])#if($x == 3)#break#end$x#end|"), "12|");
    assert_eq!(
        print("#foreach($a in [1..2])#foreach($b in [1..2])$foreach.parent.index$foreach.index #end#end"),
        "00 01 10 11 "
    );
    assert_eq!(print("#foreach($x in [1..1500])#set($n = $x)#end$n"), "1000");
}

#[test]
fn stop_and_break_end_the_template() {
    assert_eq!(print("a#stop b"), "a");
    assert_eq!(print("a#foreach($x in [1..3])$x#if($x == 2)#stop#end#end b"), "a12");
    assert_eq!(print("a#break b"), "a");
}

#[test]
fn blocks_and_macros() {
    assert_eq!(print("#define($d)<$x>#end#set($x = 1)$d#set($x = 2)$d"), "<1><2>");
    assert_eq!(print("#define($a)a$b#end#define($b)b$a#end$a"), "abab$a");
    assert_eq!(print("#macro(m $x)[$x]#end#m('a') #now()"), "#m('a') #now()");
}

#[test]
fn white_space_around_directives() {
    assert_eq!(print("a\n#set($x = 1)  \nb"), "a\nb");
    assert_eq!(print("a\n  #set($x = 1) b"), "a\n   b");
    assert_eq!(print("  #set($x = 1)b"), "b");
    assert_eq!(print("#set($x = 1)\n  #set($y = 2)\nz"), "z");
    assert_eq!(print("a\n  #if(true)\n    x\n  #end\nb"), "a\n      x\n  b");
    assert_eq!(print("#if(true)\r\nx\r\n#end\r\ny"), "x\r\ny");
    assert_eq!(print("a ## comment\nb #* more *#c #[[ $raw #if ]]#"), "a b c  $raw #if ");
}

#[test]
fn what_only_looks_like_a_directive() {
    assert_eq!(print("#fff # x C# #iffy #{} #(1) a#1"), "#fff # x C# #iffy #{} #(1) a#1");
    assert_eq!(print("#evaluate($none) #SET"), "#evaluate($none) #SET");
}

#[test]
fn the_payload() {
    assert_eq!(print("$input.json('$.name') $input.path('$.name')"), r#""it's" it's"#);
    assert_eq!(
        print("$input.json('$.total') $input.json('$.missing') $input.path('$.missing')|"),
        r#"12.5 "" |"#
    );
    assert_eq!(print("$input.path('$.lines[0]')"), "{sku=a, n=2}");
    assert_eq!(print("$input.path('$.lines')"), r#"[{"sku":"a","n":2},{"sku":"b","n":1}]"#);
    assert_eq!(print("$input.json('$.lines[*].n')"), "[2,1]");
    assert_eq!(try_render("$input.body", "").unwrap().output, "{}");
    assert_eq!(try_render("$input.json('$')", "plain").unwrap().output, r#""plain""#);
}

#[test]
fn the_payload_is_shared() {
    let template =
        "#set($root = $input.path('$'))#set($root.id = 8)#set($d = $root.lines.add('c'))$input.json('$')";
    assert_eq!(
        try_render(template, r#"{"id": 7, "lines": []}"#).unwrap().output,
        r#"{"id":8,"lines":["c"]}"#
    );
    assert_eq!(print("#set($a = [1])#set($b = $a)#set($d = $b.add(2))$a"), "[1, 2]");
}

#[test]
fn parameters_and_stage_variables() {
    assert_eq!(print("$input.params('id') $input.params('X-Mode') $input.params('no')|"), "p7 fast |");
    assert_eq!(print("$input.params().querystring.id $input.params().get('header').keySet()"), "q7 [X-Mode]");
    assert_eq!(print("$stageVariables.table|$stageVariables.no|$stageVariables['table']"), "orders||orders");
}

#[test]
fn the_context() {
    assert_eq!(print("$context.stage $context.identity.sourceIp [$context.identity]"), "prod 192.0.2.1 []");
}

#[test]
fn utilities() {
    assert_eq!(print(r#"$util.escapeJavaScript('say "é"')"#), r#"say \"\u00E9\""#);
    assert_eq!(print("$util.urlEncode('a b/ü') $util.urlDecode('a+b%2F')"), "a+b%2F%C3%BC a b/");
    assert_eq!(print("$util.base64Encode('hello') $util.base64Decode('aGVsbG8=')"), "aGVsbG8= hello");
    assert_eq!(print(r#"$util.parseJson('{"a": [1, {"b": 2}]}').a[1].b"#), "2");
    assert_eq!(print("[$util.toJson('x')]"), "[]");
}

#[test]
fn methods_of_strings() {
    let with = |call: &str| print(&format!("#set($s = 'Order 42')[$s{call}]"));
    assert_eq!(with(".length()"), "[8]");
    assert_eq!(with(".substring(6)"), "[42]");
    assert_eq!(with(".substring(0, 5).toUpperCase()"), "[ORDER]");
    assert_eq!(with(".indexOf('4')"), "[6]");
    assert_eq!(with(".replaceAll('(\\w+) (\\d+)', '$2 $1')"), "[42 Order]");
    assert_eq!(with(".split(' ')[1]"), "[42]");
    assert_eq!(with(".matches('.*42')"), "[true]");
    assert_eq!(with(".contains('der')"), "[true]");
    assert_eq!(with(".noSuchMethod()"), "[]");
    assert_eq!(print("#set($s = 'aé🎉b')$s.length() $s.indexOf('b') $s.substring(2, 4)"), "5 4 🎉");
}

#[test]
fn methods_of_lists_maps_and_numbers() {
    assert_eq!(
        print("#set($l = ['a'])$l.add('b') $l.size() $l.get(1) $l.contains('a') $l[-1]"),
        "true 2 b true b"
    );
    assert_eq!(
        print("#set($m = {'a': 1})[$m.put('b', 2)] $m.keySet() $m.values() $m.containsKey('a')"),
        "[] [a, b] [1, 2] true"
    );
    assert_eq!(print("#set($i = 0)#set($x = $i.parseInt('41') + 1)$x"), "42");
}

#[test]
fn overrides_of_the_response() {
    let template = "{#set($context.responseOverride.status = 404)\
        #set($context.responseOverride.header.X-Id = $input.path('$.id'))}";
    let rendered = try_render(template, ORDER).unwrap();
    assert_eq!(rendered.output, "{}");
    assert_eq!(rendered.overrides.status(), Some(Value::Int(404)));
    assert_eq!(rendered.overrides.response_headers(), [("X-Id".to_string(), "7".to_string())]);
    let at = rendered.status_set_at.unwrap();
    assert_eq!(&template[at.start as usize..at.end as usize], "#set($context.responseOverride.status = 404)");
}

#[test]
fn a_status_that_is_not_reached_is_not_set() {
    let rendered = try_render("#if(false)#set($context.responseOverride.status = 404)#end", ORDER).unwrap();
    assert_eq!((rendered.overrides.status(), rendered.status_set_at), (None, None));
}

#[test]
fn overrides_travel_to_the_next_template() {
    let first = "#set($context.requestOverride.header.X-Mode = 'slow')#set($context.responseOverride.note = 'n')\
        #set($context.responseOverride.status = 202)#set($context.mine = 'm')";
    let overrides = try_render(first, ORDER).unwrap().overrides;
    assert_eq!(overrides.request_parameters("header"), [("X-Mode".to_string(), "slow".to_string())]);
    let scope = Scope {
        body: "",
        params: &Params::default(),
        context: &Value::Null,
        stage_variables: &[],
        overrides: &overrides,
    };
    let second = Template::parse("$context.responseOverride.note $context.mine").unwrap();
    let rendered = second.render(&scope, Budget::default()).unwrap();
    assert_eq!(rendered.output, "n m");
    assert_eq!((rendered.overrides, rendered.status_set_at), (overrides, None));
}

#[test]
fn what_does_not_parse() {
    for template in [
        "Hello $",
        "#",
        "$$",
        "#if(true)x",
        "#end",
        "#if(true)a#else b#else c#end",
        "#set($x)",
        "#set($x = null)",
        "#set($x = 1-2)",
        r#"#set($x = "\"x\"")"#,
        "#set($x = [1,2].size())",
        "${a",
        "$a.b(1",
        "$a[",
        "#* open",
        "#[[ open",
        "#foreach($x)#end",
        "#set($x = [ ])",
        "#set($x = {a: 1})",
        "#foo($x = 1)",
        "#if()x#end",
    ] {
        let kind = Template::parse(template).unwrap_err().kind;
        assert!(matches!(kind, ErrorKind::Syntax(_)), "{template}: {kind:?}");
    }
}

#[test]
fn syntax_errors_have_a_place() {
    let source = "a\n  #if($x = 1)b#end";
    let error = Template::parse(source).unwrap_err();
    assert_eq!(error.line_column(source), (2, 10));
    assert_eq!(error.to_string(), "expected `)`");
}

#[test]
fn methods_that_throw_fail_the_template() {
    for template in [
        "#set($s = 'abc')$s.substring(9)",
        "#set($l = [])$l.get(3)",
        "#set($l = [1])$l[5]",
        "#set($i = 0)$i.parseInt('x')",
        "#set($s = 'a')$s.replaceAll('[', 'x')",
        "#set($s = 'a')$s.replaceAll('a', '$1')",
        "$input.path('$[')",
        "#set($l = [1, 2, 3])#foreach($x in $l)#set($d = $l.add($x))#end",
        "$util.base64Decode('?')",
        "$util.urlDecode('%')",
    ] {
        let kind = failure(template);
        assert!(matches!(kind, ErrorKind::Method(_)), "{template}: {kind:?}");
    }
    assert!(matches!(try_render("$input.path('$')", "{a").unwrap_err().kind, ErrorKind::Payload(_)));
}

#[test]
fn what_grows_without_end_is_an_error() {
    for template in [
        "#set($s = 'xxxxxxxxxxxxxxxx')#foreach($i in [1..60])#set($s = \"$s$s\")#end",
        "#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])x#end#end#end",
        "#set($x = [1..2000000000])",
        "#set($s = 'a')#set($s = $s.repeat(2000000000))",
        "#set($l = [])#set($d = $l.add([$l]))$l",
        "#set($l = [1])#foreach($i in [1..500])#set($l = [$l])#end$l",
        "#set($l = [1])#foreach($i in [1..100])#set($l = [$l, $l])#end#set($context.responseOverride.x = $l)",
        "#set($l = ['x'])#foreach($i in [1..100])#set($l = [$l, $l])#end$l",
        "#set($s = 'aaaaaaaa')#foreach($i in [1..60])#set($s = $s.replaceAll('a', 'aaaaaaaa'))#end",
    ] {
        let kind = failure(template);
        assert!(matches!(kind, ErrorKind::Budget(_) | ErrorKind::Method(_)), "{template}: {kind:?}");
    }
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in [
        ("#if(true)", "#end"),
        ("#set($x = [", "])"),
        ("$a.b(", ")"),
        ("#set($x = ((", "))"),
        ("#set($x = !!", "1)"),
    ] {
        let inner = open.trim_start_matches("#set($x = ");
        let deep =
            format!("{open}{}1{}{close}", inner.repeat(20_000), close.trim_end_matches(')').repeat(20_000));
        assert!(Template::parse(&deep).is_err(), "{open}");
    }
    let fifty = format!("#set($x = {}1{})$x", "[".repeat(50), "]".repeat(50));
    assert_eq!(print(&fifty).len(), 101);
}

#[test]
fn a_long_template_takes_linear_time() {
    for piece in [
        "$a ",
        "#foo ",
        "\\",
        "$",
        "#set($x = 1) ",
        "## c\n",
        "   ",
        "#if(true)x#end",
        "\"",
        "#foo   ",
        "#@x ",
        "\\\\$a",
    ] {
        let source = format!("{} ", piece.repeat(20_000));
        assert!(try_render(&source, "{}").is_ok(), "{piece}");
    }
}

#[test]
fn a_template_that_cannot_be_deployed_is_refused() {
    assert!(try_render(&"a".repeat(300 * 1024), "{}").is_ok());
    assert!(matches!(failure(&"a".repeat(300 * 1024 + 1)), ErrorKind::Budget(_)));
}

/// What follows was found by rendering templates that nobody would write, here and in Velocity 1.7.
#[test]
fn what_velocity_leaves_of_lone_marks() {
    assert_eq!(print("-$#if(true)y#end z"), "-y z");
    assert_eq!(print("-$$  #set($q = 1)z"), "-z");
    assert_eq!(print("-$! #set($q = 1)z"), "-z");
    assert_eq!(print("$!##c\nz $!} $![0] $!- $!\" "), "$!z $!} $![0] $- $\" ");
    assert_eq!(print("-$#break z"), "-$#break z");
    assert_eq!(print("${  #set($q = 1)z"), "${z");
    assert!(matches!(failure("a$!"), ErrorKind::Syntax(_)));
}

#[test]
fn a_dollar_sign_before_an_escaped_reference_is_lost() {
    assert_eq!(print(r"#set($a = 1)\$$a \$$!a \\$$a $$a"), r"$a $!a \\$1 $1");
}

#[test]
fn a_set_behind_two_backslashes_keeps_both() {
    assert_eq!(print(r"-\\#set($a = 1)$a -\\#if(true)y#end"), r"-\\1 -\y");
    assert_eq!(print(r"#set($a = 1)\#foo($a) #foo($a)"), r"\#foo(1) #foo($a)");
}

#[test]
fn two_hashes_right_behind_a_name_are_no_comment() {
    assert_eq!(print("#set($m = {'k': 1})$m.k##c\nz"), "1##c\nz");
    assert_eq!(print("#set($m = {'k': 1})$m.k ##c\nz"), "1 z");
    assert_eq!(print("#set($m = {'k': 1})${m.k}##c\nz|$m.get('k')##c\nz"), "1z|1z");
    assert_eq!(print("#set($m = {'k': 1})$m.k#set($q = 1)##c\nz"), "1##c\nz");
    assert_eq!(print("#set($m = {'k': 1})$m.k##if(true)y#end"), "1y");
}

#[test]
fn blanks_before_a_set_vanish_behind_a_brace_and_a_number_too() {
    assert_eq!(print("#set($a = 1){$a} #set($q = 1)z"), "{1}z");
    assert_eq!(print("#1 #set($q = 1)z #1a #set($q = 1)z"), "#1z #1a z");
}

#[test]
fn what_arithmetic_cannot_calculate_is_assigned_nowhere() {
    assert_eq!(
        print("#set($x = 'old')#set($x = 1 / 0)$x#set($x = 'a' * 2)$x#set($x = $none - 1)$x"),
        "oldoldold"
    );
    assert_eq!(print("#set($x = 'old')#set($x = $none)[$x]"), "[]");
    assert_eq!(print("#if((1 / 0) == '')y#{else}n#end#if((1 / 0) == (2 / 0))y#end"), "ny");
    // A condition that is arithmetic is not even looked at.
    assert_eq!(print("#set($l = [1])#if($l.get(7) + 1)y#{else}n#end"), "n");
}

#[test]
fn a_loop_sees_a_map_as_it_is() {
    assert_eq!(print("#set($m = {'a': 1, 'b': 2})#foreach($v in $m)$v#set($m['b'] = 'w')#end"), "1w");
    assert_eq!(
        print("#set($m = {'a': 1, 'b': 2})#foreach($e in $m.entrySet())$e#set($m['b'] = 'w')|$e.value #end"),
        "a=1|1 b=w|w "
    );
}

#[test]
fn an_entry_may_be_its_own_value() {
    let template = "#set($m = {'k': 1})#foreach($e in $m.entrySet())#set($m.k = $e)#end";
    assert_eq!(print(template), "");
    for use_of_it in [
        "$m",
        "$m.k",
        "$m.hashCode()",
        "#if($m == {'k': 1})y#end",
        "$m.k.value.value.key",
        "$input.json('$')",
    ] {
        let _ = try_render(&format!("{template}{use_of_it}"), "{}");
    }
    let chained = "#set($m = {'k': 1})#foreach($i in [1..900])#foreach($j in [1..200])#set($m.k = $m.entrySet().iterator().next())#end#end";
    assert!(try_render(chained, "{}").is_ok() || matches!(failure(chained), ErrorKind::Budget(_)));
}

#[test]
fn a_method_without_a_result_yields_the_empty_string() {
    assert_eq!(print("#set($m = {})[$m.clear().length()][$m.get('k').length()]"), "[0][]");
}

#[test]
fn null_is_an_argument_where_a_method_takes_it() {
    assert_eq!(print("$input.body.replaceAll(null, 7)|$input.body.none(null)|"), "||");
    assert!(matches!(failure("$input.body.contains(null)"), ErrorKind::Method(_)));
    // What to replace with is looked at once there is something to replace.
    assert_eq!(print("#set($t = 'abc')$t.replaceAll('x', null)"), "abc");
    assert!(matches!(failure("#set($t = 'abc')$t.replaceAll('b', null)"), ErrorKind::Method(_)));
}

#[test]
fn parentheses_without_arguments() {
    assert_eq!(print("#set($m = {'k': 1})$m.k("), "1(");
    assert!(matches!(failure("#set($m = {'k': 1})$m.get( )"), ErrorKind::Syntax(_)));
}

#[test]
fn any_object_can_be_escaped() {
    assert_eq!(
        print("$util.escapeJavaScript(7)|$util.escapeJavaScript($input.path('$.total'))|$util.urlEncode(7)"),
        "7|12.5|"
    );
}

#[test]
fn of_the_context_every_part_is_seen_that_is_read() {
    assert_eq!(print("$context.stage $context.identity.sourceIp $context.none"), "prod 192.0.2.1 ");
    assert_eq!(
        print("#foreach($k in $context.keySet())$k #end"),
        "stage identity requestOverride responseOverride "
    );
}

#[test]
fn what_holds_itself_says_so() {
    assert_eq!(
        print("#set($l = [1, 2])#set($l[0] = $l)$l #set($m = {'a': 1})#set($m.me = $m)$m"),
        "[(this Collection), 2]{a=1, me=(this Map)}"
    );
}
