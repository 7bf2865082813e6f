use super::{Context, Parsed, ReadError};

pub(super) fn read<'a>(_text: &str, _context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    Err(ReadError { what: "not implemented yet".to_owned() })
}
