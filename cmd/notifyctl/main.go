// Command notifyctl answers "did she get it?" and runs the notification platform by hand.
package main

import (
	"os"

	"github.com/vondi-global/notifications/internal/ctl"
)

func main() { os.Exit(ctl.Main(os.Args[1:], ctl.System())) }
