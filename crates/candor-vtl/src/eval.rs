//! Renders a template: directives and variables. Values and printing are in the modules below.

mod assign;
mod context;
mod print;
mod regexes;
mod value;

use self::context::Context;
pub(crate) use self::value::{is_decimal, long_datum};

use std::ops::Range;

use crate::ast::{Block, Expression, Node, Variable};
use crate::budget::{Budget, FOREACH_LIMIT, MAX_DEPTH};
use crate::error::{Error, ErrorKind, Failure};
use crate::heap::{Datum, Heap, Key, Members, Style};
use crate::names::{self, ContextUse};
use crate::scope::{Piece, Rendered, Scope};
use crate::seen::{Held, Seen};
use crate::template::{Template, Variables};

/// Bytes of new text that count as one step.
const BYTES_PER_STEP: usize = 64;

/// How often a `#define`d block may stand within itself; beyond, it prints its name (the real Velocity 1.7).
const DEFINE_DEPTH: usize = 2;

/// One rendering.
pub(crate) struct Evaluator<'t> {
    pub(crate) heap: Heap<'t>,
    template: &'t str,
    pub(crate) scope: &'t Scope<'t>,
    /// The payload once it has been read: all of a rendering share it.
    pub(crate) payload: Option<Datum<'t>>,
    /// How often a part of it was copied instead.
    pub(crate) copies: usize,
    /// By their numbers.
    variables: Vec<Option<Held<'t>>>,
    blocks: Vec<Defined<'t>>,
    regexes: regexes::Regexes,
    loops: Vec<Loop>,
    /// `$context`, where the template reads it.
    context: Option<Context>,
    budget: Budget,
    steps: u64,
    depth: usize,
    /// The reference or directive at work, for errors.
    span: Range<u32>,
    status_set_at: Option<Range<u32>>,
    stopped: bool,
    pieces: Option<Vec<Piece>>,
    /// Texts within texts that are being made: what prints into them is no piece of the output.
    aside: usize,
}

struct Defined<'t> {
    body: &'t Block,
    depth: usize,
}

/// What `$foreach` tells of a loop.
struct Loop {
    index: usize,
    has_next: bool,
}

/// What a loop goes over: a list as it is at each turn, or a map as a view of it shows it then.
#[derive(Clone, Copy)]
enum Looped {
    List(usize),
    Map(usize, Members),
}

/// How a block ended.
#[derive(Clone, Copy, PartialEq)]
enum Flow {
    Next,
    Break,
    Stop,
}

/// Renders a template.
pub(crate) fn render(template: &Template, scope: &Scope<'_>, budget: Budget) -> Result<Rendered, Failure> {
    Evaluator::new(template, scope, budget).output(template.block())
}

/// As [`render`], and which part of the output came from where.
pub(crate) fn trace(
    template: &Template,
    scope: &Scope<'_>,
    budget: Budget,
) -> Result<(Rendered, Vec<Piece>), Failure> {
    let mut evaluator = Evaluator::new(template, scope, budget);
    evaluator.pieces = Some(Vec::new());
    let rendered = evaluator.output(template.block())?;
    Ok((rendered, evaluator.pieces.unwrap_or_default()))
}

impl<'t> Evaluator<'t> {
    fn new(template: &'t Template, scope: &'t Scope<'t>, budget: Budget) -> Evaluator<'t> {
        let mut heap = Heap::new();
        let Variables { count, context } = template.variables();
        let context = match context {
            ContextUse::Nothing => None,
            ContextUse::Members(_) | ContextUse::All => Some(Context::load(scope, context, &mut heap)),
        };
        let pairs =
            scope.stage_variables.iter().map(|(k, v)| (Key::Text(k.as_str().into()), v.as_str().into()));
        let stage_variables = heap.new_map(pairs.collect());
        let mut variables = vec![None; *count];
        variables[names::INPUT] = Some(Held::Datum(Datum::Input));
        variables[names::UTIL] = Some(Held::Datum(Datum::Util));
        variables[names::CONTEXT] = context.as_ref().map(|context| Held::Datum(Datum::Map(context.map)));
        variables[names::STAGE_VARIABLES] = Some(Held::Datum(stage_variables));
        Evaluator {
            heap,
            template: template.text(),
            scope,
            payload: None,
            copies: 0,
            variables,
            blocks: Vec::new(),
            regexes: regexes::Regexes::default(),
            loops: Vec::new(),
            context,
            budget,
            steps: budget.steps,
            depth: 0,
            span: 0..0,
            status_set_at: None,
            stopped: false,
            pieces: None,
            aside: 0,
        }
    }

    fn output(&mut self, block: &'t Block) -> Result<Rendered, Failure> {
        let mut output = String::with_capacity(self.template.len());
        self.block(block, &mut output)?;
        let overrides = match &self.context {
            Some(context) => {
                context.overrides(self.scope, &mut self.heap).map_err(|kind| self.error(kind))?
            }
            None => self.scope.overrides.clone(),
        };
        Ok(Rendered { output, overrides, status_set_at: self.status_set_at.take() })
    }

    /// Notes what printed the output from `before` on, unless parts of it are noted already (a `#define`d block's).
    fn trace(&mut self, out: &str, before: usize, span: &Range<u32>) {
        if let Some(pieces) = &mut self.pieces
            && self.aside == 0
            && out.len() > before
            && pieces.last().is_none_or(|last| last.output.end <= before)
        {
            pieces.push(Piece { output: before..out.len(), template: span.clone() });
        }
    }

    /// Makes a text apart from the output.
    pub(crate) fn apart<T>(
        &mut self,
        make: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.aside += 1;
        let made = make(self);
        self.aside -= 1;
        made
    }

    /// An error at the reference or directive that is at work.
    pub(crate) fn error(&self, kind: ErrorKind) -> Failure {
        Box::new(Error { kind, span: self.span.clone() })
    }

    /// A method that fails as its Java original would.
    pub(crate) fn failed(&self, what: impl Into<String>) -> Failure {
        self.error(ErrorKind::Method(what.into()))
    }

    /// Takes steps from the budget.
    #[inline]
    pub(crate) fn charge(&mut self, steps: usize) -> Result<(), Failure> {
        match self.steps.checked_sub(steps as u64) {
            Some(left) => self.steps = left,
            None => return Err(self.error(ErrorKind::Budget("too many steps"))),
        }
        Ok(())
    }

    /// Takes the steps of making a text of so many bytes.
    #[inline]
    pub(crate) fn charge_text(&mut self, bytes: usize) -> Result<(), Failure> {
        if bytes > self.budget.output_bytes {
            return Err(self.error(ErrorKind::Budget("the text grows too long")));
        }
        self.charge(1 + bytes / BYTES_PER_STEP)
    }

    /// Takes the steps of looking at all of a text or number of so many bytes.
    #[inline]
    pub(crate) fn charge_look(&mut self, bytes: usize) -> Result<(), Failure> {
        self.charge(bytes / BYTES_PER_STEP)
    }

    /// Lets a view show its map as it is now. Any other list is as it is.
    pub(crate) fn refresh(&mut self, list: usize) -> Result<(), Failure> {
        let renewed = self.heap.refresh(list);
        self.charge(renewed)
    }

    /// The bytes that a text may have.
    pub(crate) fn longest_text(&self) -> usize {
        self.budget.output_bytes
    }

    /// Goes one level deeper, for as long as `inside` takes.
    pub(crate) fn nested<T>(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(ErrorKind::Budget("it nests too deep")));
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    /// The variable of this number: within loops some tell of the innermost.
    #[inline]
    fn variable(&self, number: usize) -> Option<Seen<'_, 't>> {
        match (number, self.loops.last()) {
            (names::FOREACH, Some(_)) => Some(Seen::Loop(self.loops.len() - 1)),
            (names::VELOCITY_COUNT, Some(last)) => Some(Seen::Count(last.index + 1)),
            (names::VELOCITY_HAS_NEXT, Some(last)) => Some(Seen::bool(last.has_next)),
            _ => self.variables[number].as_ref().map(|held| held.look(&self.heap)),
        }
    }

    fn assign(&mut self, variable: &Variable, value: Datum<'t>) {
        self.variables[variable.number] = Some(Held::Datum(value));
    }

    fn block(&mut self, block: &'t Block, out: &mut String) -> Result<Flow, Failure> {
        for node in &block.nodes {
            self.charge(1)?;
            let flow = match node {
                Node::Text(text, span) => {
                    out.push_str(text);
                    self.charge_text(text.len())?;
                    self.trace(out, out.len() - text.len(), span);
                    Flow::Next
                }
                Node::Reference(reference) => {
                    let before = out.len();
                    self.print_reference(reference, out)?;
                    self.trace(out, before, &reference.span);
                    Flow::Next
                }
                Node::Set { target, value, span } => {
                    self.set(target, value, span)?;
                    Flow::Next
                }
                Node::If { branches, otherwise } => self.conditional(branches, otherwise.as_ref(), out)?,
                Node::Foreach { variable, items, body, span } => {
                    self.foreach(variable, items, body, span, out)?
                }
                Node::Define { variable, body } => {
                    self.blocks.push(Defined { body, depth: 0 });
                    self.assign(variable, Datum::Block(self.blocks.len() - 1));
                    Flow::Next
                }
                Node::Break => Flow::Break,
                Node::Stop => Flow::Stop,
            };
            if out.len() > self.budget.output_bytes {
                return Err(self.error(ErrorKind::Budget("it prints too much")));
            }
            if self.stopped {
                return Ok(Flow::Stop);
            }
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn conditional(
        &mut self,
        branches: &'t [(Expression, Block)],
        otherwise: Option<&'t Block>,
        out: &mut String,
    ) -> Result<Flow, Failure> {
        for (condition, body) in branches {
            if self.truth(condition)? {
                return self.nested(|e| e.block(body, out));
            }
        }
        match otherwise {
            Some(body) => self.nested(|e| e.block(body, out)),
            None => Ok(Flow::Next),
        }
    }

    fn foreach(
        &mut self,
        variable: &Variable,
        items: &'t Expression,
        body: &'t Block,
        span: &Range<u32>,
        out: &mut String,
    ) -> Result<Flow, Failure> {
        let looped = match self.value(items)? {
            Datum::List(at) => match self.heap.style(at) {
                Style::View { map, of, .. } => Looped::Map(map, of),
                Style::Json | Style::Java | Style::Array => Looped::List(at),
            },
            Datum::Map(map) => Looped::Map(map, Members::Values),
            // An iterator is used up where it stands.
            Datum::Iterator(list, at) => {
                let rest = self.heap.list(list).items.get(at.get()..).unwrap_or_default().to_vec();
                self.charge(rest.len())?;
                at.set(at.get() + rest.len());
                match self.heap.new_list(rest, Style::Java) {
                    Datum::List(at) => Looped::List(at),
                    _ => return Ok(Flow::Next),
                }
            }
            _ => return Ok(Flow::Next),
        };
        let before = self.variables[variable.number].clone();
        let shown = match looped {
            Looped::List(list) => Datum::List(list),
            Looped::Map(map, _) => Datum::Map(map),
        };
        let unchanged = self.heap.changes(&shown);
        let mut has_next = match looped {
            Looped::List(list) => self.heap.length(list) > 0,
            Looped::Map(map, _) => self.heap.count(map) > 0,
        };
        let mut flow = Flow::Next;
        self.loops.push(Loop { index: 0, has_next: false });
        for index in 0..FOREACH_LIMIT {
            let length = match looped {
                Looped::List(list) => self.heap.length(list),
                Looped::Map(map, _) => self.heap.count(map),
            };
            // An iterator of a list asks whether there is more when it gets there, one of a map when it takes what is before.
            let is_over = match looped {
                Looped::List(_) => index == length,
                Looped::Map(..) => !has_next,
            };
            if is_over {
                break;
            }
            if self.heap.changes(&shown) != unchanged {
                self.span = span.clone();
                return Err(
                    self.failed("ConcurrentModificationException: it changed while it was looped over")
                );
            }
            let item = match looped {
                Looped::List(list) => self.heap.element(list, index),
                Looped::Map(map, of) => self.heap.member(map, of, index).map(Held::Datum),
            };
            let Some(item) = item else { break };
            has_next = index + 1 < length;
            if let Some(last) = self.loops.last_mut() {
                *last = Loop { index, has_next };
            }
            self.variables[variable.number] = Some(item);
            match self.nested(|e| e.block(body, out))? {
                Flow::Next => {}
                Flow::Break => break,
                Flow::Stop => {
                    flow = Flow::Stop;
                    break;
                }
            }
        }
        self.loops.pop();
        self.variables[variable.number] = before;
        Ok(flow)
    }

    /// A property of `$foreach`.
    pub(crate) fn loop_property(&self, at: usize, name: &str) -> Option<Seen<'static, 'static>> {
        let state = self.loops.get(at)?;
        Some(match name {
            "index" => Seen::Count(state.index),
            "count" => Seen::Count(state.index + 1),
            "hasNext" => Seen::bool(state.has_next),
            "first" => Seen::bool(state.index == 0),
            "last" => Seen::bool(!state.has_next),
            "parent" => Seen::Loop(at.checked_sub(1)?),
            "topmost" => Seen::Loop(0),
            _ => return None,
        })
    }
}
