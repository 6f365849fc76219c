package eventtypes

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
)

// The functions below walk JSON that encoding/json has already found valid, without
// building maps of it: reading an event costs a third of what it would otherwise.

// isObject says whether data is one valid JSON object.
func isObject(data []byte) bool {
	data = bytes.TrimLeft(data, " \t\r\n")
	return len(data) > 0 && data[0] == '{' && json.Valid(data)
}

// members yields the members of a valid JSON object, in order. Key and value share the
// object's memory.
func members(object []byte) iter.Seq2[[]byte, json.RawMessage] {
	return func(yield func([]byte, json.RawMessage) bool) {
		i := bytes.IndexByte(object, '{') + 1
		for {
			if i = skipTo(object, i); object[i] == '}' {
				return
			}
			end := valueEnd(object, i)
			key := unquote(object[i:end])
			i = skipTo(object, end)
			end = valueEnd(object, i)
			if !yield(key, object[i:end]) {
				return
			}
			i = end
		}
	}
}

// elements yields the elements of a valid JSON array with their index.
func elements(array []byte) iter.Seq2[int, json.RawMessage] {
	return func(yield func(int, json.RawMessage) bool) {
		i := bytes.IndexByte(array, '[') + 1
		for n := 0; ; n++ {
			if i = skipTo(array, i); array[i] == ']' {
				return
			}
			end := valueEnd(array, i)
			if !yield(n, array[i:end]) {
				return
			}
			i = end
		}
	}
}

func count(array []byte) int {
	n := 0
	for range elements(array) {
		n++
	}
	return n
}

// skipTo passes white space, commas and colons.
func skipTo(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n' || b[i] == ',' || b[i] == ':' {
		i++
	}
	return i
}

// valueEnd returns the place behind the value that begins at i.
func valueEnd(b []byte, i int) int {
	switch b[i] {
	case '"':
		return stringEnd(b, i)
	case '{', '[':
		return nestEnd(b, i)
	}
	for i < len(b) && bytes.IndexByte([]byte(" \t\r\n,]}:"), b[i]) < 0 {
		i++
	}
	return i
}

func stringEnd(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func nestEnd(b []byte, i int) int {
	for depth := 0; ; i++ {
		switch b[i] {
		case '"':
			i = stringEnd(b, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}

// depth counts how deeply a valid JSON value is nested.
func depth(b []byte) int {
	deepest, now := 0, 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = stringEnd(b, i) - 1
		case '{', '[':
			now++
			deepest = max(deepest, now)
		case '}', ']':
			now--
		}
	}
	return deepest
}

// unquote returns a valid JSON string's text. Without escapes it shares the memory.
func unquote(quoted []byte) []byte {
	inner := quoted[1 : len(quoted)-1]
	at := bytes.IndexByte(inner, '\\')
	if at < 0 {
		return inner
	}
	text := append(make([]byte, 0, len(inner)), inner[:at]...)
	for i := at; i < len(inner); i++ {
		c := inner[i]
		if c == '\\' {
			if i++; inner[i] == 'u' {
				return unquoteUnicode(quoted)
			}
			c = unescape(inner[i])
		}
		text = append(text, c)
	}
	return text
}

func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	}
	return c // a quote, a slash or a backslash
}

func unquoteUnicode(quoted []byte) []byte {
	var s string
	_ = json.Unmarshal(quoted, &s) // it is valid
	return []byte(s)
}

var errNoArray = errors.New("want a JSON array")

// unquoteArray returns a valid JSON array: raw itself, or the one that a JSON string holds.
func unquoteArray(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) > 1 && raw[0] == '"' {
		raw = bytes.TrimSpace(unquote(raw))
	}
	if len(raw) == 0 || raw[0] != '[' || !json.Valid(raw) {
		return nil, errNoArray
	}
	return raw, nil
}
