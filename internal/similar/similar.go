// Package similar finds what somebody meant: the nearest name to a mistyped one.
package similar

import "strings"

// edits is how many letters may be wrong before two names are no likeness any more.
const edits = 3

// maxLength keeps hostile input from costing time.
const maxLength = 80

// Nearest returns the name that is most like word; empty where none is near. Case doesn't
// matter.
func Nearest(word string, names []string) string {
	word = strings.ToLower(strings.TrimSpace(word))
	if len(word) > maxLength {
		return ""
	}
	best, at := "", edits+1
	for _, n := range names {
		if d := distance(word, strings.ToLower(n)); d < at && d < len(word) {
			best, at = n, d
		}
	}
	return best
}

// distance is Levenshtein's, over bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
