//! The tokens of a query with their places: what the parser's own do not tell.

/// What a token is, as far as finding a mistake needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Text,
    Open,
    Close,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

/// The query's tokens; where a text is never closed, the place of its quote instead.
pub(super) fn tokens(query: &str) -> Result<Vec<Token>, usize> {
    let mut tokens = Vec::new();
    let mut rest = query.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let kind = match first {
            _ if first.is_whitespace() => continue,
            '#' => {
                while rest.next_if(|(_, next)| *next != '\n').is_some() {}
                continue;
            }
            '"' | '\'' | '`' => {
                if !text(&mut rest, first) {
                    return Err(start);
                }
                Kind::Text
            }
            '(' | '[' | '{' => Kind::Open,
            ')' | ']' | '}' => Kind::Close,
            'a'..='z' | 'A'..='Z' | '_' | ':' => {
                while rest.next_if(|(_, next)| next.is_ascii_alphanumeric() || matches!(next, '_' | ':')).is_some() {}
                Kind::Word
            }
            '0'..='9' | '.' => {
                while rest.next_if(|(_, next)| next.is_ascii_alphanumeric() || *next == '.').is_some() {}
                Kind::Number
            }
            '=' | '!' | '<' | '>' => {
                rest.next_if(|(_, next)| matches!(next, '=' | '~'));
                Kind::Other
            }
            _ => Kind::Other,
        };
        let end = rest.peek().map_or(query.len(), |(next, _)| *next);
        tokens.push(Token { kind, start, end });
    }
    Ok(tokens)
}

/// Up to the closing quote; whether there is one.
fn text(rest: &mut std::iter::Peekable<std::str::CharIndices<'_>>, quote: char) -> bool {
    while let Some((_, next)) = rest.next() {
        if next == quote {
            return true;
        }
        if next == '\\' && quote != '`' {
            rest.next();
        }
    }
    false
}

/// The brackets that are still open after the tokens, innermost last; or the first one that closes nothing.
pub(super) fn open_brackets(query: &str, tokens: &[Token]) -> Result<Vec<(Token, char)>, Token> {
    let mut open: Vec<(Token, char)> = Vec::new();
    for token in tokens {
        let bracket = query.get(token.start..token.end).and_then(|text| text.chars().next()).unwrap_or(' ');
        match token.kind {
            Kind::Open => open.push((*token, matching(bracket))),
            Kind::Close => match open.pop() {
                Some((_, close)) if close == bracket => {}
                _ => return Err(*token),
            },
            _ => {}
        }
    }
    Ok(open)
}

const fn matching(bracket: char) -> char {
    match bracket {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}
