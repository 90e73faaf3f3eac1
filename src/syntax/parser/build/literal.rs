//! Literals in the tree.

use super::number::{self, Wrong};
use super::{Builder, Node};
use crate::diagnostic::codes::literals as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Literal};

impl<'s> Builder<'s> {
    /// A literal, and the unit that stands apart from it, where one does.
    pub(super) fn literal(&mut self, node: &Node<'_>, apart: Option<&Node<'_>>) -> Expr<'s> {
        let (text, span) = self.written(node);
        if let Some(apart) = apart {
            return self.apart(text, span, apart);
        }
        let kind = match number::read(text) {
            Ok((value, kind)) => ExprKind::Literal(Literal::new(text, value, kind)),
            Err(wrong) => self.wrong_literal(text, span, wrong),
        };
        Expr { kind, span }
    }

    fn wrong_literal(&mut self, text: &'s str, span: Span, wrong: Wrong) -> ExprKind<'s> {
        match wrong {
            Wrong::Meant(meant) => {
                self.rewrite(code::NUMBER, span, format!("`{text}` is not how the language writes it"), &meant);
                return number::read(&meant).map_or(ExprKind::Error, |(value, kind)| ExprKind::Literal(Literal::new(text, value, kind)));
            }
            Wrong::NoPeriod => {
                let fix = |title: &str, period: &str| Fix::maybe(format!("write `{text}{period}`{title}"), span.after(), period);
                self.report(
                    Diagnostic::new(code::MONEY_PERIOD, span, format!("`{text}` does not say per what"))
                        .fix(fix(", per hour", "/h"))
                        .fix(fix(", per day", "/d")),
                );
            }
            Wrong::TooLong => self.report(
                Diagnostic::new(code::NUMBER_RANGE, span, "this number has more digits than are kept")
                    .note("values are exact, up to 18 digits"),
            ),
            Wrong::Unit(unit) => self.report(
                Diagnostic::new(code::NUMBER, span, format!("`{unit}` is no unit"))
                    .note("units are `%`, `ms s m h d w`, `B kB MB GB TB KiB MiB GiB TiB`, `/s`, and `/h` or `/d` for money"),
            ),
            Wrong::Shape => self.report(
                Diagnostic::new(code::NUMBER, span, format!("`{text}` is no number"))
                    .note("numbers are `3`, `0.5`, `1_000`; durations may have parts, the longest first: `1h30m`"),
            ),
        }
        ExprKind::Error
    }

    fn apart(&mut self, text: &'s str, span: Span, apart: &Node<'_>) -> Expr<'s> {
        let (unit, place) = self.written(apart);
        let whole = span.to(place);
        let meant = number::meant_unit(unit).map(|unit| format!("{text}{unit}"));
        let read = meant.as_deref().and_then(|meant| number::read(meant).ok());
        let message = "the unit belongs to its number, without white space";
        let Some((meant, (value, kind))) = meant.zip(read) else {
            self.report(Diagnostic::new(code::UNIT_APART, whole, message));
            return Expr { kind: ExprKind::Error, span: whole };
        };
        self.rewrite(code::UNIT_APART, whole, message, &meant);
        Expr { kind: ExprKind::Literal(Literal::new(self.text(whole), value, kind)), span: whole }
    }
}
