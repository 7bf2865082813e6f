//! A history that can be read can be written and is the same again, and a run that is added is there after reading.
#![no_main]

use junit::history::{History, Outcome, Run};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok((mut history, _)) = History::parse(bytes) else { return };
    assert_eq!(read(&written(&history)), history);
    assert_eq!(History::merge(&[history.clone(), history.clone()]), history, "what is merged with itself is the same");
    let mut run = Run { run: "1".to_owned(), tests: 2, ..Run::default() };
    for known in history.runs() {
        run.outcomes.extend(known.outcomes.iter().map(|(id, _)| (id.clone(), Outcome::Passed)));
    }
    run.record(&String::from_utf8_lossy(bytes), Outcome::Failed);
    let mut text = written(&history);
    text.extend_from_slice(history.line_for(&run, |_| false).as_bytes());
    history.add(&run, |_| false);
    assert_eq!(read(&text), history, "adding is appending");
});

fn written(history: &History) -> Vec<u8> {
    let mut out = Vec::new();
    history.write(&mut out).expect("writing to memory");
    out
}

fn read(text: &[u8]) -> History {
    History::parse(text).expect("what was written").0
}
