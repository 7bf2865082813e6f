//! The one upgrade of each package that clears most.

use std::cmp::Reverse;
use std::io::{self, Write};

use findings::words::number;
use findings::write::page::{name, text};

use super::{ITEMS, and_more};
use crate::write::packages::Held;

pub(super) fn write(packages: &[Held<'_, '_>], out: &mut dyn Write) -> io::Result<()> {
    let mut known: Vec<_> = packages.iter().filter_map(|held| Some((held, held.upgrade?))).collect();
    known.sort_by_key(|(_, upgrade)| Reverse((upgrade.blocking, upgrade.clears)));
    writeln!(out, "<div class=\"card wide\"><table class=\"list\">\n<thead><tr>")?;
    let columns = [("", "Package"), ("", "Installed"), ("", "Upgrade to"), ("num", "Clears"), ("num", "Blocking")];
    for (class, label) in columns {
        writeln!(out, "<th scope=\"col\" class=\"{class}\">{label}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for (held, upgrade) in known.iter().take(ITEMS) {
        let (package, ecosystem) = (name(held.package.name), format!("{}{}", held.ecosystem, held.in_image()));
        let ecosystem = text(&ecosystem);
        let (installed, version) = (text(held.package.version), text(upgrade.version));
        let (clears, all) = (number(upgrade.clears), number(held.findings.len() as u64));
        write!(out, "<tr><th scope=\"row\">{package} <span class=\"times\">{ecosystem}</span></th>")?;
        write!(out, "<td><code>{installed}</code></td><td><code>{version}</code></td>")?;
        writeln!(
            out,
            "<td class=\"num\">{clears} of {all}</td><td class=\"num\">{}</td></tr>",
            number(upgrade.blocking)
        )?;
    }
    writeln!(out, "</tbody></table>")?;
    and_more(known.len(), ITEMS, out)?;
    writeln!(out, "<p class=\"why\">A hint: the order of versions is known only roughly.</p></div>")
}
