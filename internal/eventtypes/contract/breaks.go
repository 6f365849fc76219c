package contract

// Breaks says what producers would break on: whatever was valid under the released schema
// and is not under the new one, and what to do about it. Nothing means that the schema has
// only grown.
func Breaks(released, now *Schema) []string {
	if now == nil {
		return []string{"the type is gone: keep it, silent if nobody is to hear of it"}
	}
	var bad []string
	for _, name := range removed(released, now) {
		bad = append(bad, name+" was removed: keep it as an optional field")
	}
	for _, d := range narrowed(released, now, "") {
		if d.what == required {
			bad = append(bad, d.at+" is required and was not: make it optional, or give the event a new type beside the old one")
			continue
		}
		bad = append(bad, d.String()+" is taken no more: go on reading what producers write")
	}
	return bad
}

// BreaksReaders says what a reader of our own events would break on: a field that is gone
// or no longer always there, and values that no released schema promised.
func BreaksReaders(released, now *Schema) []string {
	if now == nil {
		return []string{"the type is gone: readers still wait for it"}
	}
	var bad []string
	for _, name := range removed(released, now) {
		bad = append(bad, name+" was removed: readers still look for it")
	}
	for _, d := range narrowed(now, released, "") {
		if d.what == required {
			bad = append(bad, d.at+" is not always there any more: go on writing it")
			continue
		}
		bad = append(bad, d.String()+" may come now: readers don't expect it")
	}
	return bad
}

func removed(released, now *Schema) []string {
	var names []string
	for _, p := range released.Properties {
		if now.Properties.Find(p.Name) == nil {
			names = append(names, p.Name)
		}
	}
	return names
}
