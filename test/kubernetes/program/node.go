package main

import (
	"os"
	"os/signal"
	"syscall"
)

// node is process 1 of the namespaces that are a kubelet's machine, and does what only process 1 can: it waits for
// the orphans that containerd leaves. When it ends, the kernel ends every other process in them, and their mounts
// and network interfaces go with the last one: nothing else has to clean up.
func node() int {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	for {
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 && err != syscall.EINTR {
				break
			}
		}
		<-ended
	}
}
