//! Any bytes are read or refused, and every place that comes of them stands in its file.

use candor_gateway::span::{FileId, Span, Text};
use candor_iac::files::MemoryFiles;
use candor_iac::syntax::{self, Kind, Limits, Node};
use candor_iac::{Options, read};
use proptest::prelude::*;

fn stands(text: &str, span: Span) -> bool {
    text.get(span.start as usize..span.end as usize).is_some()
}

/// A text with its places: the whole of it, and every character.
fn text_stands(source: &str, text: &Text) {
    assert!(stands(source, text.span()), "{:?}", text.span());
    for (at, c) in text.as_str().char_indices() {
        let span = text.at(at as u32..(at + c.len_utf8()) as u32);
        assert!(stands(source, span), "{c:?} of {:?} at {span:?}", text.as_str());
    }
}

fn node_stands(source: &str, node: &Node) {
    assert!(stands(source, node.span), "{:?}", node.span);
    assert!(node.tag.as_ref().is_none_or(|tag| stands(source, tag.span)), "{:?}", node.tag);
    match &node.kind {
        Kind::Null => {}
        Kind::Scalar(scalar) => text_stands(source, &scalar.text),
        Kind::Sequence(items) => items.iter().for_each(|item| node_stands(source, item)),
        Kind::Mapping(entries) => entries.iter().for_each(|entry| {
            text_stands(source, &entry.key);
            node_stands(source, &entry.value);
        }),
    }
}

/// Parses a text and looks at every place.
fn parses(text: &str) {
    let limits = Limits { max_depth: 20, max_nodes: 2_000 };
    let parsed = syntax::parse(FileId(0), text, limits);
    for problem in &parsed.problems {
        assert!(stands(text, problem.span), "{}", problem.message);
    }
    if let Some(root) = &parsed.root {
        node_stands(text, root);
    }
}

/// Reads bytes as a template, with everything that comes after parsing.
fn reads(bytes: &[u8]) {
    let files = MemoryFiles::new([("template.yaml", bytes)]);
    let options = Options { parameters: Vec::new(), max_file: 1 << 20, limits: Limits::default() };
    let reading = read(&files, &["template.yaml".to_string()], &options);
    let undecided = reading.undecided.iter().map(|u| u.span);
    let unreadable = reading.unreadable.iter().filter_map(|u| u.span);
    let warnings = reading.warnings.iter().map(|(span, _)| *span);
    for span in undecided.chain(unreadable).chain(warnings) {
        assert!(stands(reading.sources.text(span.file), span), "{span:?}");
        reading.sources.position(span);
    }
}

/// Pieces that YAML and JSON are made of, so that random texts reach beyond the first character.
fn document() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a: ",
        "b:\n",
        "  ",
        "    ",
        "- ",
        "? ",
        "\n",
        "\r\n",
        "\t",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "'",
        "\\",
        "\\n",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\x41",
        "''",
        "|\n",
        "|-\n",
        ">\n",
        ">+2\n",
        "&x ",
        "*x",
        "<<: *x\n",
        "!Sub ",
        "!<tag:x> ",
        "!!str ",
        "%YAML 1.2\n",
        "---\n",
        "...\n",
        "# c\n",
        "~",
        "null",
        "true",
        "1e9",
        "0x1f",
        "é",
        "🎉",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\u{7f}",
        "x",
        "word word",
        "\"k\": ",
        "{\"a\": [1, \"x\"]}",
        "  first\n  second\n",
        "\"open\n  and on\"",
    ]);
    let random = prop_oneof![6 => piece.prop_map(str::to_string), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(random, 0..40).prop_map(|pieces| pieces.concat())
}

const TEMPLATE: &str = "\
Transform: AWS::Serverless-2016-10-31
Parameters: { Stage: { Type: String }, Size: { Type: Number, Default: 3 } }
Mappings: { Of: { prod: { Timeout: 3 } } }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  Other: !Or [!Not [!Condition IsProd], !Equals [a, b]]
Globals: { Function: { Timeout: !FindInMap [Of, !Ref Stage, Timeout] } }
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: !If [IsProd, prod, !Select [0, !Split [',', 'dev,test']]]
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /orders/{id}:
            get:
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub
                  - arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Arn}/invocations
                  - { Arn: !GetAtt Orders.Arn }
                responses:
                  default:
                    statusCode: '200'
                    responseTemplates:
                      application/json: |
                        #set($root = $input.path('$'))
                        {\"id\": \"$root.id\"}
                  \".*not found.*\": { statusCode: !Join ['', [4, '04']] }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Events:
        Get: { Type: HttpApi, Properties: { Path: /x, Method: get } }
        List: { Type: Api, Properties: { Path: /y, Method: any, RestApiId: !Ref Api } }
      FunctionUrlConfig: { AuthType: NONE }
  Fn::ForEach::Queues:
    - Name
    - [a, !Ref Stage, b]
    - 'Queue${Name}':
        Type: AWS::SQS::Queue
        Properties: { Fn::ForEach::Inner: [Key, [x, y], { '&{Key}${Name}': !Ref Key }] }
  Poller:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { FunctionName: !Ref Orders, EventSourceArn: !GetAtt Queuea.Arn, BatchSize: !Length [a, b] }
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: template.yaml
      Parameters: { Stage: !Ref Stage, Size: !ToJsonString { a: [1, !Ref Stage] } }
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: [Method], Properties: { RestApiId: !Ref Api } }
  Method: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, HttpMethod: GET } }
";

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_parses_or_is_refused(text in document()) {
        parses(&text);
    }

    #[test]
    fn any_text_parses_or_is_refused(text in "\\PC{0,60}") {
        parses(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        reads(&bytes);
        reads(&[b"Resources: ", &bytes[..]].concat());
    }

    #[test]
    fn a_template_with_anything_in_it_is_read_or_refused(at in any::<prop::sample::Index>(), piece in document(), gone in 0..60usize) {
        let places: Vec<usize> = TEMPLATE.char_indices().map(|(at, _)| at).collect();
        let at = places[at.index(places.len())];
        let behind = (at + gone).min(TEMPLATE.len());
        let text = format!("{}{piece}{}", &TEMPLATE[..at], &TEMPLATE[behind..]);
        parses(&text);
        reads(text.as_bytes());
    }

    #[test]
    fn any_value_in_place_of_another_is_read_or_refused(line in any::<prop::sample::Index>(), value in prop::sample::select(vec![
        "[]", "{}", "null", "~", "[[]]", "{a: {}}", "!Ref Nothing", "!Ref Api", "!GetAtt Orders.Arn", "!Sub '${Stage}${'", "!If [IsProd]", "!If [IsProd, a, !Ref AWS::NoValue]",
        "!Join [a]", "!Select [9, [a]]", "!Select [-1, []]", "!FindInMap [Of]", "!Split ['', x]", "!Condition Gone", "-1", "99999999999999999999", "é", "!Transform {Name: x}",
        "{Fn::Sub: 1}", "{Ref: {}}", "{Fn::If: {}}", "!GetAtt []", "!ImportValue x", "'{{resolve:ssm:x}}'", "!Base64 x", "!Cidr [a, 1, 2]",
        "!Length {}", "!ImportValue {Fn::Sub: x}", "!ImportValue [a]", "!Transform [a]", "!Sub {a: b}", "!GetAZs {Ref: x}", "!ToJsonString !Ref Nothing", "{Fn::ForEach::A: [A, [b], {'${A}': !Ref A}]}", "{Fn::ForEach::A: [A]}", "[A, [!Ref A], {}]", "[[], [], []]",
    ])) {
        let mut lines: Vec<String> = TEMPLATE.lines().map(str::to_string).collect();
        let i = line.index(lines.len());
        if let Some((key, _)) = lines[i].split_once(": ") {
            lines[i] = format!("{key}: {value}");
            reads(lines.join("\n").as_bytes());
        }
    }
}
