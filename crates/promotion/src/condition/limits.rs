//! What an expression may be, so that reading and evaluating it takes little time, memory and stack.

use cel::IdedExpr;
use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr};

use super::ConditionError;
use super::facts::NAMES;
use crate::judge::plain;

/// Bytes of an expression.
const LENGTH: usize = 2048;

/// Words and signs of an expression. Half of it bounds how deep a chain of operators can become.
const TOKENS: usize = 400;

/// How deep expressions may be inside each other.
pub(super) const NESTING: u16 = 24;

/// How deep `all`, `exists`, `exists_one`, `map` and `filter` may be in or after each other: each level can multiply the
/// work, and the size of what is worked on, by the length of the expression.
const LOOPS: usize = 2;

/// The names of types, which are values too.
const TYPES: [&str; 10] = ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type"];

pub(super) fn check_text(expression: &str) -> Result<(), ConditionError> {
    if expression.trim().is_empty() {
        return Err(ConditionError("it is empty".to_owned()));
    }
    if expression.len() > LENGTH {
        return Err(ConditionError(format!("it is {} bytes long, and may be {LENGTH}", expression.len())));
    }
    let tokens = tokens(expression);
    if tokens > TOKENS {
        return Err(ConditionError(format!("it has {tokens} words and signs, and may have {TOKENS}")));
    }
    Ok(())
}

/// At least as many as CEL sees: what is in texts counts as well.
fn tokens(expression: &str) -> usize {
    let mut is_in_word = false;
    let mut tokens = 0;
    for c in expression.chars() {
        let is_word = c.is_ascii_alphanumeric() || c == '_';
        tokens += usize::from(!c.is_whitespace() && (!is_word || !is_in_word));
        is_in_word = is_word;
    }
    tokens
}

/// Every name is one that exists, and loops are not too deep in each other.
pub(super) fn check_names(expression: &IdedExpr) -> Result<(), ConditionError> {
    Walk { names: Vec::new(), loops: 0 }.expression(expression)
}

struct Walk<'e> {
    /// The names that loops around this place give.
    names: Vec<&'e str>,
    /// How many loops are around it.
    loops: usize,
}

impl<'e> Walk<'e> {
    fn expression(&mut self, expression: &'e IdedExpr) -> Result<(), ConditionError> {
        match &expression.expr {
            Expr::Unspecified | Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => self.expression(&select.operand),
            Expr::Call(call) => {
                call.target.as_deref().into_iter().chain(&call.args).try_for_each(|e| self.expression(e))
            }
            Expr::List(list) => list.elements.iter().try_for_each(|element| self.expression(element)),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
                EntryExpr::StructField(field) => self.expression(&field.value),
                EntryExpr::MapEntry(entry) => {
                    self.expression(&entry.key)?;
                    self.expression(&entry.value)
                }
            }),
            Expr::Struct(message) => {
                Err(ConditionError(format!("there is no message type `{}`", plain(&message.type_name))))
            }
        }
    }

    fn comprehension(&mut self, comprehension: &'e ComprehensionExpr) -> Result<(), ConditionError> {
        if self.loops == LOOPS {
            return Err(ConditionError(format!(
                "`all`, `exists`, `map` and `filter` may be {LOOPS} deep in or after each other"
            )));
        }
        self.loops += 1;
        self.expression(&comprehension.iter_range)?;
        self.expression(&comprehension.accu_init)?;
        let outside = self.names.len();
        self.names.extend([comprehension.iter_var.as_str(), comprehension.accu_var.as_str()]);
        self.names.extend(comprehension.iter_var2.as_deref());
        self.expression(&comprehension.loop_cond)?;
        self.expression(&comprehension.loop_step)?;
        self.expression(&comprehension.result)?;
        self.names.truncate(outside);
        self.loops -= 1;
        Ok(())
    }

    fn name(&self, name: &str) -> Result<(), ConditionError> {
        let name = name.trim_start_matches('.');
        if self.names.contains(&name) || NAMES.contains(&name) || TYPES.contains(&name) {
            return Ok(());
        }
        let meant = gitops::words::meant(name, NAMES, "there are").unwrap_or_default();
        Err(ConditionError(format!("there is no `{}`; {meant}", plain(name))))
    }
}
