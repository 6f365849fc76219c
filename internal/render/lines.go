package render

import "strings"

// idLines says where each id of a locale file stands. The TOML reader keeps no positions;
// the files are plain enough (tables, and a key at the beginning of a line) to find them.
func idLines(src string) map[string]int {
	lines := map[string]int{}
	table, n, long := "", 0, false
	for line := range strings.Lines(src) {
		n++
		line = strings.TrimSpace(line)
		if strings.Count(line, `"""`) == 1 {
			long = !long
			if !long {
				continue
			}
		} else if long {
			continue
		}
		if strings.HasPrefix(line, "[") {
			table = strings.Trim(line, "[] \t")
			note(lines, table, n)
			continue
		}
		if key, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			note(lines, strings.Trim(table+"."+strings.TrimSpace(key), "."), n)
		}
	}
	return lines
}

// note keeps the first line of an id.
func note(lines map[string]int, id string, n int) {
	id = strings.ReplaceAll(id, `"`, "")
	if _, ok := lines[id]; !ok {
		lines[id] = n
	}
}
