//! Writes templates that nobody would write, for a comparison with another engine: `cargo xtask compare-vtl`.
//!
//! ```text
//! templates SEED COUNT > cases.json
//! ```
//!
//! The same seed gives the same templates. They keep to what engines can be compared in: no order of hash maps, no clock, and no
//! JSONPath beyond definite paths.

#![allow(clippy::print_stdout, missing_docs, reason = "a program for the terminal")]

use candor_vtl::Value;

/// Numbers that are random enough (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.roll(times) == 0
    }
}

const VARIABLES: &[&str] = &["a", "b", "list", "map", "text", "n", "long-name", "x_1", "never"];
const TEXTS: &[&str] = &[
    "",
    " ",
    "\n",
    "  \n",
    "\t",
    "text",
    "a b",
    "{\"k\": ",
    "\", ",
    "}",
    ".",
    ",",
    ":",
    "(",
    ")",
    "[0]",
    "-1",
    "!",
    "?",
    "é",
    "\\",
    "\\\\",
    "#",
    "# ",
    "$",
    "$ ",
    "$1",
    "##c\n",
    "## \r\n",
    "#* c *#",
    "#[[ $a #if ]]#",
    "\r\n",
    "C#1",
    "#fff",
    "\\n",
    "'",
    "''",
    "$!",
    "${",
    "#{",
    "/",
];
const WORDS: &[&str] = &[
    "", "a", "b", "abc", "a,b;c", "A b", " pad ", "10", "-3", "2.50", "true", "é🎉", "x\"y", "a/b", "k", "id",
];
const PATHS: &[&str] = &[
    "$",
    "$.text",
    "$.n",
    "$.items",
    "$.items[0]",
    "$.items[1].id",
    "$.none",
    "$.deep.er.most",
    "$.flag",
    "$['a b']",
    "$.big",
];
const STRING_METHODS: &[(&str, usize)] = &[
    ("length", 0),
    ("isEmpty", 0),
    ("toUpperCase", 0),
    ("toLowerCase", 0),
    ("trim", 0),
    ("toString", 0),
    ("hashCode", 0),
    ("contains", 1),
    ("startsWith", 1),
    ("endsWith", 1),
    ("concat", 1),
    ("equals", 1),
    ("equalsIgnoreCase", 1),
    ("indexOf", 1),
    ("lastIndexOf", 1),
    ("compareTo", 1),
    ("split", 1),
    ("replace", 2),
    ("replaceAll", 2),
    ("matches", 1),
    ("substring", 11),
    ("substring", 12),
    ("charAt", 11),
    ("indexOf", 2),
    ("none", 0),
];
const LIST_METHODS: &[(&str, usize)] = &[
    ("size", 0),
    ("isEmpty", 0),
    ("get", 11),
    ("contains", 1),
    ("indexOf", 1),
    ("add", 1),
    ("remove", 11),
    ("set", 13),
    ("clear", 0),
    ("toString", 0),
    ("addAll", 5),
    ("subList", 12),
    ("none", 0),
    ("hashCode", 0),
    ("equals", 5),
];
const MAP_METHODS: &[(&str, usize)] = &[
    ("size", 0),
    ("isEmpty", 0),
    ("get", 1),
    ("containsKey", 1),
    ("containsValue", 1),
    ("put", 2),
    ("remove", 1),
    ("keySet", 0),
    ("values", 0),
    ("entrySet", 0),
    ("toString", 0),
    ("getOrDefault", 2),
    ("putIfAbsent", 2),
    ("clear", 0),
    ("none", 1),
];
const UTIL_METHODS: &[&str] =
    &["escapeJavaScript", "urlEncode", "urlDecode", "base64Encode", "parseJson", "toJson", "none"];
const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "and", "or", "eq", "ne", "lt",
    "gt", "le", "ge",
];

struct Writer {
    dice: Dice,
    out: String,
    /// How much may still be nested.
    room: usize,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn blank(&mut self) {
        if self.dice.once_in(3) {
            let blank = self.dice.one_of(&[" ", "  ", "\t", "\n", " \n"]);
            self.put(blank);
        }
    }

    /// Runs `inside` where there is room for it.
    fn nested(&mut self, inside: impl FnOnce(&mut Self)) -> bool {
        if self.room == 0 {
            return false;
        }
        self.room -= 1;
        inside(self);
        self.room += 1;
        true
    }

    fn block(&mut self, most: usize) {
        for _ in 0..=self.dice.roll(most) {
            self.node();
        }
    }

    fn node(&mut self) {
        match self.dice.roll(20) {
            0..=5 => {
                let text = self.dice.one_of(TEXTS);
                self.put(text);
            }
            6..=10 => self.reference(),
            11..=13 => self.set(),
            14 | 15 => {
                if !self.nested(Self::conditional) {
                    self.put("\n");
                }
            }
            16 | 17 => {
                if !self.nested(Self::foreach) {
                    self.put("  ");
                }
            }
            18 => match self.dice.roll(8) {
                0 => self.put("#break"),
                1 => self.put("#stop"),
                2 => self.put("#define($d)$a-#end$d"),
                3 => self.put("#macro(m $p)[$p]#end#m(1)"),
                4 => self.put("#{set}($a = 2)"),
                5 => self.put("\\#if(true)"),
                6 => self.put("#unknown($a)"),
                _ => self.put("\\$a \\\\$a"),
            },
            _ => {
                let name = self.dice.one_of(&["stage", "identity.sourceIp", "identity", "none", "requestId"]);
                self.put("$context.");
                self.put(name);
            }
        }
    }

    fn set(&mut self) {
        self.blank();
        self.put("#set(");
        self.blank();
        let target = match self.dice.roll(12) {
            0 => "$map.k",
            1 => "$list[0]",
            2 => "$map['id']",
            3 => "$context.responseOverride.status",
            4 => "$context.responseOverride.header.X-A",
            5 => "$never.x",
            _ => "",
        };
        if target.is_empty() {
            let name = self.dice.one_of(VARIABLES);
            self.put("$");
            self.put(name);
        } else {
            self.put(target);
        }
        self.put(" = ");
        match target.starts_with("$context") {
            // The peer has to write it down as JSON.
            true => {
                let value = self.dice.one_of(&["404", "'503'", "\"50$n\"", "$n", "'x'", "\"\""]);
                self.put(value);
            }
            false => self.expression(),
        }
        self.put(")");
        let end = self.dice.one_of(&["\n", " \n", "", " ", "\r\n"]);
        self.put(end);
    }

    fn conditional(&mut self) {
        self.put("#if(");
        self.expression();
        self.put(")");
        self.blank();
        self.block(3);
        if self.dice.once_in(3) {
            self.put("#elseif(");
            self.expression();
            self.put(")");
            self.block(2);
        }
        if self.dice.once_in(2) {
            let directive = self.dice.one_of(&["#else", "#{else}", "#else\n"]);
            self.put(directive);
            if directive == "#else" {
                self.put(" ");
            }
            self.block(2);
        }
        self.end();
    }

    fn foreach(&mut self) {
        let variable = self.dice.one_of(&["i", "a", "e"]);
        self.put(&format!("#foreach(${variable} in "));
        match self.dice.roll(8) {
            0 => self.put("[1..3]"),
            1 => self.put("$map.entrySet()"),
            2 => self.put("$map"),
            3 => self.put("[2..$n]"),
            4 => self.put("$input.path('$.items')"),
            5 => self.list(),
            _ => self.put("$list"),
        }
        self.put(")");
        self.blank();
        self.put(&format!("${variable}"));
        self.block(3);
        let state = self.dice.one_of(&[
            "",
            "$foreach.index",
            "$foreach.count",
            "#if($foreach.hasNext), #end",
            "$velocityCount",
            "$foreach.last",
        ]);
        self.put(state);
        self.end();
    }

    fn end(&mut self) {
        let end = self.dice.one_of(&["#end", "#end\n", "#end \n", "#{end}", "#end "]);
        self.put(end);
        // A letter behind it would be another name.
        if end == "#end" {
            self.put(" ");
        }
    }

    fn reference(&mut self) {
        let (open, close) = [("$", ""), ("$!", ""), ("${", "}"), ("$!{", "}")][self.dice.roll(4)];
        self.put(open);
        self.path();
        self.put(close);
    }

    /// What stands behind the `$`.
    fn path(&mut self) {
        match self.dice.roll(11) {
            0 => {
                let path = self.dice.one_of(PATHS);
                let method = self.dice.one_of(&["path", "json", "path"]);
                self.put(&format!("input.{method}(\"{path}\")"));
            }
            1 => {
                let method = self.dice.one_of(UTIL_METHODS);
                self.put(&format!("util.{method}("));
                self.argument();
                self.put(")");
            }
            2 => self.put("input.body"),
            3 => {
                self.put("text");
                self.call(STRING_METHODS);
            }
            4 => {
                self.put("list");
                self.call(LIST_METHODS);
            }
            5 => {
                self.put("map");
                self.call(MAP_METHODS);
            }
            6 => {
                let step = self.dice.one_of(&[
                    "map.k",
                    "map.id",
                    "map['k']",
                    "list[0]",
                    "list[-1]",
                    "list[$n]",
                    "map.none",
                    "text.empty",
                    "map.k.length()",
                    "list.get(0).k",
                ]);
                self.put(step);
            }
            7 => self.put("input.params('id')"),
            _ => {
                let name = self.dice.one_of(VARIABLES);
                self.put(name);
            }
        }
    }

    fn call(&mut self, methods: &[(&str, usize)]) {
        let (name, arguments) = methods[self.dice.roll(methods.len())];
        self.put(&format!(".{name}("));
        match arguments {
            1 => self.argument(),
            2 => {
                self.argument();
                self.put(", ");
                self.argument();
            }
            5 => self.put("$list"),
            9 => {}
            11 => self.small(),
            12 => {
                self.small();
                self.put(",");
                self.small();
            }
            13 => {
                self.small();
                self.put(", ");
                self.argument();
            }
            _ => {}
        }
        self.put(")");
        if self.dice.once_in(4) {
            self.put(".length()");
        }
    }

    fn small(&mut self) {
        let n = self.dice.one_of(&["0", "1", "2", "0", "7", "-1", "$n"]);
        self.put(n);
    }

    fn argument(&mut self) {
        match self.dice.roll(6) {
            0 => self.reference(),
            1 => {
                let word = self.dice.one_of(&["null", "true", "foo"]);
                self.put(word);
            }
            2 => self.small(),
            _ => self.string(),
        }
    }

    fn string(&mut self) {
        let word = self.dice.one_of(WORDS);
        if self.dice.once_in(2) {
            self.put(&format!("'{word}'"));
            return;
        }
        let word = word.replace('"', "\"\"");
        let behind = self.dice.one_of(&[
            "",
            "",
            "",
            "$a",
            "-$n",
            "${text}",
            "#if(true)t#end",
            "\\n",
            "\\u0041",
            "$map.k-",
        ]);
        self.put(&format!("\"{word}{behind}\""));
    }

    fn list(&mut self) {
        self.put("[");
        for i in 0..self.dice.roll(4) {
            self.put(if i > 0 { ", " } else { "" });
            self.operand();
        }
        self.put("]");
    }

    fn operand(&mut self) {
        match self.dice.roll(14) {
            0..=2 => {
                let n = self.dice.one_of(&[
                    "0",
                    "1",
                    "2",
                    "-2",
                    "7",
                    "2147483647",
                    "9223372036854775807",
                    "1.5",
                    ".5",
                    "1e3",
                    "2.0",
                    "007",
                ]);
                self.put(n);
            }
            3..=5 => self.string(),
            6 => {
                let word = self.dice.one_of(&["true", "false"]);
                self.put(word);
            }
            7 => {
                if !self.nested(Self::list) {
                    self.put("[]");
                }
            }
            8 => {
                let inside = |w: &mut Self| {
                    w.put("{\"k\": ");
                    w.operand();
                    w.put(", \"id\": ");
                    w.operand();
                    w.put("}");
                };
                if !self.nested(inside) {
                    self.put("{}");
                }
            }
            _ => self.reference(),
        }
    }

    fn expression(&mut self) {
        match self.dice.roll(10) {
            0 | 1 => {
                let inside = |w: &mut Self| {
                    w.expression();
                    w.put(" ");
                    let operator = w.dice.one_of(OPERATORS);
                    w.put(operator);
                    w.put(" ");
                    w.expression();
                };
                if !self.nested(inside) {
                    self.operand();
                }
            }
            2 => {
                let inside = |w: &mut Self| {
                    w.put("(");
                    w.expression();
                    w.put(")");
                };
                if !self.nested(inside) {
                    self.operand();
                }
            }
            3 => {
                let not = self.dice.one_of(&["!", "not ", "! "]);
                self.put(not);
                self.operand();
            }
            _ => self.operand(),
        }
    }
}

/// A template that begins with variables of each kind.
fn template(dice: Dice) -> (String, Dice) {
    let mut writer = Writer { dice, out: String::new(), room: 3 };
    if !writer.dice.once_in(8) {
        writer.put(
            "#set($list = ['x', 2, $never])#set($map = {'k': 'v', 'id': 7})#set($n = 1)#set($a = \"A\")",
        );
        let text = writer.dice.one_of(WORDS);
        writer.put(&format!("#set($text = '{text}')\n"));
    }
    writer.block(6);
    (writer.out, writer.dice)
}

fn main() {
    let mut args = std::env::args().skip(1).map(|a| a.parse::<u64>().unwrap_or(0));
    let (seed, count) = (args.next().unwrap_or(1), args.next().unwrap_or(100));
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let body = r#"{"text": "from the payload", "n": 12, "items": [{"id": "i0", "k": 1}, {"id": "i1", "k": 2.5}], "deep": {"er": {"most": true}}, "flag": false, "nothing": null, "a b": "c", "big": 12345678901}"#;
    let context = Value::map([
        ("stage", Value::from("live")),
        ("requestId", Value::from("r-1")),
        ("identity", Value::map([("sourceIp", Value::from("198.51.100.7"))])),
    ]);
    let params = Value::map([("path", Value::map([("id", Value::from("42"))]))]);
    let mut cases = Vec::new();
    for i in 0..count {
        let (text, left) = template(dice);
        dice = left;
        cases.push(Value::map([
            ("id", Value::from(format!("{seed}-{i}").as_str())),
            ("template", Value::String(text)),
            ("body", Value::from(body)),
            ("context", context.clone()),
            ("params", params.clone()),
        ]));
    }
    println!("{}", Value::Array(cases).to_text());
}
