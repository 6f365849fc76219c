package config

import "reflect"

// Change is what becomes of a configuration in force when another is read.
type Change struct {
	Config  Config   // in force from now on: the old one with what is live of the new
	Taken   []string // keys of the live settings that differ
	Waiting []string // keys of the others: they need a restart
}

// Change compares with what was read now.
func (c Config) Change(next Config) Change {
	ch := Change{Config: c}
	old, now := Settings(&ch.Config), Settings(&next)
	for i, s := range old {
		switch {
		case reflect.DeepEqual(s.value.Interface(), now[i].value.Interface()):
		case s.Live:
			s.value.Set(now[i].value)
			ch.Taken = append(ch.Taken, s.Key)
		default:
			ch.Waiting = append(ch.Waiting, s.Key)
		}
	}
	return ch
}
