//! For a comment or a step summary. No HTML: Bitbucket shows it as text. Never longer than it may be.

use std::io::{self, Write};

use findings::write::markdown::{COMMENT_CHARS, Page, code, plain};
use promotion::Board;
use promotion::board::{Cell, Row};

use crate::write::words::{self, Marks};
use crate::write::{Context, Options};

pub(super) fn write(board: &Board, context: &Context, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let end = format!("{}\n", plain(&words::origin(context)));
    let mut page = Page::new(options.max_chars.unwrap_or(COMMENT_CHARS), end);
    page.line(&format!("**{}**", plain(&words::headline(board))));
    page.line("");
    let holds = board.holds.iter().map(|hold| format!("**held** {}", plain(&words::hold(hold, board.now))));
    let freezes = board.freezes.iter().map(|freeze| format!("**frozen** {}", plain(freeze)));
    page.list(holds.chain(freezes));
    let heads: Vec<_> = board.environments.iter().map(|name| plain(name)).collect();
    let head = format!("| Service | {} |\n|---|{}", heads.join(" | "), "---|".repeat(heads.len()));
    let written = page.table(&head, board.rows.iter().map(|row| line(row, board))).unwrap_or(0);
    if let Some(more) = board.rows.len().checked_sub(written).filter(|more| *more > 0) {
        page.line(&format!("and {more} more"));
        page.line("");
    }
    let lacking = words::cells(board).filter_map(|(service, cell)| {
        let lacking = plain(&words::unproved(cell, board.now)?);
        Some(format!("{} in {}: {lacking}", plain(service), plain(&cell.environment)))
    });
    page.list(lacking);
    out.write_all(page.finish().as_bytes())
}

fn line(row: &Row, board: &Board) -> String {
    let cells: Vec<_> =
        row.cells.iter().map(|cell| cell.as_ref().map(|cell| of(cell, board)).unwrap_or_default()).collect();
    format!("| {} | {} |", plain(&row.service), cells.join(" | "))
}

/// `1.4.1 (0123456789ab), 3d, healthy, **held**, drift, 1/2 proved`.
fn of(cell: &Cell, board: &Board) -> String {
    let image = match &cell.standing.image {
        Ok(image) => code(&words::version(image)),
        Err(why) => format!("**unreadable**: {}", plain(why)),
    };
    let marks = Marks::of(cell);
    let age = cell.standing.since.map(|since| words::age(since, board.now));
    let words = [
        Some(image),
        age,
        marks.healthy.then(|| "healthy".to_owned()),
        marks.unhealthy.then(|| "**unhealthy**".to_owned()),
        marks.held.then(|| "**held**".to_owned()),
        marks.drift.then(|| "drift".to_owned()),
        (marks.asked > 0).then(|| format!("{}/{} proved", marks.attested, marks.asked)),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
