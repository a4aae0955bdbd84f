package main

import (
	"fmt"
	"os"
)

// holdLifeline ends this process when whoever started it is gone, however it went.
//
// With DAVIT_LIFELINE=stdin, standard input is a pipe whose other end only the starter holds. Its end of
// file means that the starter is dead, killed with SIGKILL included. One byte before that releases the
// process: it then goes on alone. Data is throw-away, so there is nothing to end gently.
func holdLifeline() {
	if os.Getenv("DAVIT_LIFELINE") != "stdin" {
		return
	}
	os.Unsetenv("DAVIT_LIFELINE")
	go func() {
		if n, _ := os.Stdin.Read(make([]byte, 1)); n == 1 {
			return
		}
		fmt.Fprintln(os.Stderr, "the process that started this one is gone: ending")
		os.Exit(1)
	}()
}
