//! Codes of the grammar: E0001 for files, E01… for text that is not in the language.

use super::codes;

codes! {
    /// Bytes that are not UTF-8.
    pub NOT_UTF8 = "E0001", "a file that is not UTF-8",
        why: "Rules are UTF-8 text. Another encoding would turn names and notes into other characters, so the file is not read at all.",
        example: "", fix: "";
    /// More bytes than one file may have.
    pub FILE_TOO_LONG = "E0002", "a file that is too long",
        why: "One file is read as a whole and holds at most 256 MiB.",
        example: "", fix: "";
    /// Text that the grammar does not have at this place.
    pub UNEXPECTED = "E0101", "unexpected text",
        why: "The language has nothing that could stand here. The message lists what could.",
        example: "rule busy { when cpu > 70% 3m then add 1 node }",
        fix: "rule busy { when cpu > 70% for 3m then add 1 node }";
}
