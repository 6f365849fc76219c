package ctl

import (
	"fmt"
	"time"
)

// duration is a length of time for people: "90 s", "5 min", "48 h", "7 d".
func duration(d time.Duration) string {
	switch {
	case d >= 72*time.Hour:
		return fmt.Sprintf("%d d", d.Round(24*time.Hour)/(24*time.Hour))
	case d >= 3*time.Hour, d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d h", d.Round(time.Hour)/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	case d >= time.Second:
		return fmt.Sprintf("%d s", d.Round(time.Second)/time.Second)
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
