//! Expressions: the grammar's flat list, by precedence.

use super::{Builder, Node, Nodes};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{Span, Spanned};
use crate::syntax::parser::grammar::Rule;
use crate::syntax::tree::{Binary, BinaryOp, Call, Condition, Expr, ExprKind, Function, Range};

/// The most operators of one expression: what walks the tree may recurse.
pub(in crate::syntax::parser) const MAX_OPERATORS: usize = 256;

/// How tightly `not` and `in` bind, among [`BinaryOp::precedence`].
pub(in crate::syntax::parser) const NOT: u8 = 3;
pub(in crate::syntax::parser) const COMPARISON: u8 = 4;

impl<'s> Builder<'s> {
    pub(super) fn condition(&mut self, node: Node<'_>) -> Condition<'s> {
        let span = self.span(&node);
        let mut condition = Condition { expr: Expr { kind: ExprKind::Error, span }, sustain: None };
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::expr => condition.expr = self.expr(node),
                Rule::over => self.rewrite(code::MISSING_WORD, self.span(&node), "a condition holds `for` its time", "for"),
                Rule::value => condition.sustain = Some(Box::new(self.value(node))),
                Rule::after_for => self.after_for(&condition, &node),
                _ => {}
            }
        }
        condition
    }

    fn after_for(&mut self, before: &Condition<'s>, rest: &Node<'_>) {
        let sustain = before.sustain.as_ref().map_or(before.expr.span, |value| value.span);
        let part = before.span();
        let fix = Fix::maybe("put the part that it sustains in parentheses", part.before(), "(").and(part.after(), ")");
        let place = self.span(rest);
        self.report(
            Diagnostic::new(code::FOR_INSIDE, place, "`for` closes the whole condition, and more follows it")
                .also(sustain, "the condition ends here")
                .fix(fix),
        );
    }

    /// A literal or a name.
    pub(super) fn value(&mut self, node: Node<'_>) -> Expr<'s> {
        let span = self.span(&node);
        let mut nodes = node.into_inner();
        let Some(first) = nodes.next() else { return Expr { kind: ExprKind::Error, span } };
        self.primary(&first, &mut nodes)
    }

    pub(super) fn range(&mut self, node: Node<'_>) -> Range<'s> {
        let span = self.span(&node);
        let error = Expr { kind: ExprKind::Error, span };
        let mut ends = Vec::with_capacity(2);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::value => ends.push(self.value(node)),
                Rule::range_op => self.range_op(&node),
                _ => {}
            }
        }
        let mut ends = ends.into_iter();
        Range { start: ends.next().unwrap_or_else(|| error.clone()), end: ends.next().unwrap_or(error), span }
    }

    /// `between 2 and 5`, which is `in 2..5`.
    fn between(&mut self, node: Node<'_>) -> Range<'s> {
        let span = self.span(&node);
        let ends: Vec<Node<'_>> = node.into_inner().filter(|node| node.as_rule() == Rule::value).collect();
        let mut ends = ends.into_iter().map(|node| self.value(node));
        let error = Expr { kind: ExprKind::Error, span };
        let (start, end) = (ends.next().unwrap_or_else(|| error.clone()), ends.next().unwrap_or(error));
        drop(ends);
        let meant = format!("in {}..{}", self.text(start.span), self.text(end.span));
        self.rewrite(code::OPERATOR, span, "`between` is no operator", &meant);
        Range { start, end, span }
    }

    pub(super) fn expr(&mut self, node: Node<'_>) -> Expr<'s> {
        let span = self.span(&node);
        let mut nodes = node.into_inner();
        if self.nesting == 0 {
            self.operators = 0;
        }
        self.nesting += 1;
        let expr = self.climb(&mut nodes, 0);
        self.nesting -= 1;
        if self.operators <= MAX_OPERATORS {
            return expr;
        }
        if self.nesting > 0 {
            return Expr { kind: ExprKind::Error, span };
        }
        self.report(
            Diagnostic::new(code::TOO_LONG, span, format!("this expression has more than {MAX_OPERATORS} operators"))
                .help("name parts of it with `let`, or split the rule"),
        );
        Expr { kind: ExprKind::Error, span }
    }

    /// Reads an operand and every operator that binds at least as tightly as `min`.
    fn climb(&mut self, nodes: &mut Nodes<'_>, min: u8) -> Expr<'s> {
        let mut left = self.operand(nodes, min);
        loop {
            let Some(next) = nodes.peek() else { return left };
            if self.operators > MAX_OPERATORS {
                // Deep enough: what is left is only walked over.
                nodes.next();
                continue;
            }
            let ranged = matches!(next.as_rule(), Rule::kw_in | Rule::between);
            let op = if ranged { None } else { Some(self.operator(&next)) };
            let precedence = op.map_or(COMPARISON, |op| op.node.precedence());
            if precedence < min {
                return left;
            }
            nodes.next();
            self.operators += 1;
            if let Some(op) = op {
                self.read_operator(op, &next);
            }
            let unknown = op.is_some_and(|op| is_unknown(op, &next));
            let chained = precedence == COMPARISON && is_comparison(&left) && !unknown;
            if chained {
                self.chained(&left, self.span(&next));
            }
            left = match op {
                None => {
                    let range = if next.as_rule() == Rule::between { Some(next) } else { nodes.next() };
                    let Some(range) = range else { return left };
                    let range = if range.as_rule() == Rule::between { self.between(range) } else { self.range(range) };
                    let span = left.span.to(range.span);
                    Expr { kind: ExprKind::In(Box::new((left, range))), span }
                }
                Some(op) => {
                    let right = self.climb(nodes, precedence + 1);
                    let span = left.span.to(right.span);
                    Expr { kind: ExprKind::Binary(Box::new(Binary { left, op, right })), span }
                }
            };
            if chained || unknown {
                left.kind = ExprKind::Error;
            }
        }
    }

    fn operand(&mut self, nodes: &mut Nodes<'_>, min: u8) -> Expr<'s> {
        let mut first = nodes.next();
        if self.operators > MAX_OPERATORS {
            while first.as_ref().is_some_and(|node| node.as_rule() == Rule::negation) {
                first = nodes.next();
            }
        }
        let Some(first) = first else {
            return Expr { kind: ExprKind::Error, span: Span::new(self.file, self.base, self.base) };
        };
        if first.as_rule() != Rule::negation {
            return self.primary(&first, nodes);
        }
        self.operators += 1;
        let (text, span) = self.written(&first);
        if matches!(text, "-" | "+") {
            let operand = self.operand(nodes, COMPARISON);
            return self.signed(text, span, operand);
        }
        if min > NOT {
            self.report(
                Diagnostic::new(code::MISPLACED_NOT, span, "`not` turns a whole condition round and cannot stand inside an operation")
                    .help("put `not` before the comparison, or its condition in parentheses"),
            );
        } else if text != "not" {
            self.rewrite(code::OPERATOR, span, format!("`{text}` is no operator"), if text == "!" { "not " } else { "not" });
        }
        let operand = self.climb(nodes, min.max(NOT));
        let whole = span.to(operand.span);
        Expr { kind: ExprKind::Not(Box::new(operand)), span: whole }
    }

    fn signed(&mut self, sign: &str, span: Span, operand: Expr<'s>) -> Expr<'s> {
        let whole = span.to(operand.span);
        let number = self.text(operand.span);
        let found = Diagnostic::new(code::MINUS, whole, format!("a number has no sign `{sign}`"));
        let found = if sign == "+" {
            found.fix(Fix::always("remove it", span.to(operand.span.before()), ""))
        } else {
            {
                let meant = format!("({} - {number})", zero_like(number));
                found.fix(Fix::maybe(format!("write `{meant}`"), whole, meant))
            }
        };
        self.report(found.note("a minus stands between two values: a negative number is written as a difference"));
        Expr { kind: ExprKind::Error, span: whole }
    }

    pub(super) fn primary(&mut self, node: &Node<'_>, rest: &mut Nodes<'_>) -> Expr<'s> {
        let span = self.span(node);
        match node.as_rule() {
            Rule::literal => {
                let apart = rest.peek().filter(|next| next.as_rule() == Rule::apart);
                if apart.is_some() {
                    rest.next();
                }
                self.literal(node, apart.as_ref())
            }
            Rule::name => match rest.peek().filter(|next| next.as_rule() == Rule::arguments) {
                Some(arguments) => {
                    rest.next();
                    self.call(node, arguments)
                }
                None => Expr { kind: ExprKind::Name(self.name(node).node), span },
            },
            Rule::paren => {
                let condition = node.clone().into_inner().next();
                let kind = condition.map_or(ExprKind::Error, |node| ExprKind::Paren(Box::new(self.condition(node))));
                Expr { kind, span }
            }
            Rule::text => {
                let text = self.text_of(node);
                let mut found = Diagnostic::new(code::TEXT_IN_EXPRESSION, span, "a text is no value");
                if super::number::read(text.raw).is_ok() {
                    found = found.fix(Fix::maybe(format!("write `{}`", text.raw), span, text.raw));
                }
                self.report(found);
                Expr { kind: ExprKind::Error, span }
            }
            _ => Expr { kind: ExprKind::Error, span },
        }
    }

    fn call(&mut self, name: &Node<'_>, arguments: Node<'_>) -> Expr<'s> {
        let also = [
            ("mean", "avg"),
            ("average", "avg"),
            ("median", "p50"),
            ("minimum", "min"),
            ("maximum", "max"),
            ("predict", "forecast"),
            ("predict_linear", "forecast"),
            ("deriv", "slope"),
            ("derivative", "slope"),
            ("absent", "missing"),
            ("offset", "ago"),
            ("ceiling", "ceil"),
            ("increase", "delta"),
        ];
        let span = self.span(name).to(self.span(&arguments));
        let function = self.word::<Function>(name, "function", &also);
        let args: Vec<Expr<'s>> = arguments.into_inner().filter(|node| node.as_rule() == Rule::expr).map(|node| self.expr(node)).collect();
        let kind = function.map_or(ExprKind::Error, |function| ExprKind::Call(Box::new(Call { function, args })));
        Expr { kind, span }
    }

    /// What an operator means, reported or not.
    fn operator(&self, node: &Node<'_>) -> Spanned<BinaryOp> {
        let (text, span) = self.written(node);
        let op = match text {
            "and" | "AND" | "And" | "&&" | "&" => BinaryOp::And,
            "or" | "OR" | "Or" | "||" | "|" => BinaryOp::Or,
            ">" => BinaryOp::Greater,
            ">=" | "=>" | "≥" => BinaryOp::GreaterEqual,
            "<" => BinaryOp::Less,
            "<=" | "=<" | "≤" => BinaryOp::LessEqual,
            "!=" | "<>" | "=!" | "!==" | "≠" => BinaryOp::NotEqual,
            "+" => BinaryOp::Add,
            "-" | "−" => BinaryOp::Subtract,
            "*" | "×" => BinaryOp::Multiply,
            "/" | "÷" => BinaryOp::Divide,
            _ => spoken(text),
        };
        Spanned::new(op, span)
    }

    /// Reports an operator that is not written as the language has it.
    fn read_operator(&mut self, op: Spanned<BinaryOp>, node: &Node<'_>) {
        let (text, span) = self.written(node);
        let meant = op.node.as_str();
        if text == meant {
            if op.node == BinaryOp::Subtract {
                self.minus(span);
            }
            return;
        }
        if !is_unknown(op, node) {
            self.rewrite(code::OPERATOR, span, format!("`{text}` is no operator"), meant);
        } else {
            self.report(
                Diagnostic::new(code::OPERATOR, span, format!("`{text}` is no operator"))
                    .note("operators are `+ - * /`, `> >= < <= == !=`, `and`, `or`, `not` and `in`"),
            );
        }
    }

    fn minus(&mut self, span: Span) {
        let space = |found: Option<char>| found.is_none_or(char::is_whitespace);
        let before = space(self.source.get(..span.start as usize).and_then(|text| text.chars().next_back()));
        let after = space(self.source.get(span.end as usize..).and_then(|text| text.chars().next()));
        if before && after {
            return;
        }
        let padded = format!("{}-{}", if before { "" } else { " " }, if after { "" } else { " " });
        self.report(
            Diagnostic::new(code::MINUS, span, "a minus has white space on both sides")
                .note("names may hold `-`, so `a-b` is one name")
                .fix(Fix::always("write ` - `", span, padded)),
        );
    }

    fn chained(&mut self, left: &Expr<'s>, op: Span) {
        let middle = match &left.kind {
            ExprKind::Binary(binary) => self.text(binary.right.span),
            _ => "",
        };
        let mut found = Diagnostic::new(code::CHAINED, op, "comparisons do not chain").also(left.span, "this is true or false already");
        if !middle.is_empty() {
            found = found.fix(Fix::maybe(format!("write `and {middle}` between them"), op.before(), format!("and {middle} ")));
        }
        self.report(found);
    }
}

/// Whether nothing can be told of what an operator was meant to be.
fn is_unknown(op: Spanned<BinaryOp>, node: &Node<'_>) -> bool {
    let known = matches!(node.as_str(), "==" | "=" | "===") || node.as_rule() == Rule::spoken_op;
    op.node == BinaryOp::Equal && !known
}

/// Nothing, in the unit of a literal: `0%` for `5%`, `$0/h` for `$3/h`.
fn zero_like(number: &str) -> String {
    let digits = number.trim_start_matches('$');
    let unit = digits.trim_start_matches(|found: char| found.is_ascii_digit() || matches!(found, '.' | '_'));
    if digits == unit {
        return "0".to_owned();
    }
    // A duration of several parts.
    let unit = if unit.bytes().any(|byte| byte.is_ascii_digit()) { "s" } else { unit };
    format!("{}0{unit}", if digits.len() < number.len() { "$" } else { "" })
}

/// What a comparison in words means.
fn spoken(text: &str) -> BinaryOp {
    let has = |part: &str| text.split_ascii_whitespace().any(|word| word == part);
    let any = |words: &[&str]| words.iter().any(|word| has(word));
    let or_equal = has("equal") && has("or");
    if any(&["greater", "more", "higher", "bigger", "larger", "above", "over", "exceeds"]) {
        if or_equal { BinaryOp::GreaterEqual } else { BinaryOp::Greater }
    } else if any(&["less", "lower", "smaller", "fewer", "below", "under"]) {
        if or_equal { BinaryOp::LessEqual } else { BinaryOp::Less }
    } else if has("least") {
        BinaryOp::GreaterEqual
    } else if has("most") {
        BinaryOp::LessEqual
    } else if has("not") {
        BinaryOp::NotEqual
    } else {
        BinaryOp::Equal
    }
}

pub(in crate::syntax::parser) fn is_comparison(expr: &Expr<'_>) -> bool {
    match &expr.kind {
        ExprKind::In(_) => true,
        ExprKind::Binary(binary) => binary.op.node.is_comparison(),
        _ => false,
    }
}
