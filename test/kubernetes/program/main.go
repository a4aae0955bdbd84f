// Program kubernetes is a whole Kubernetes control plane in one file: the first argument
// names the part to be, the others are that part's own flags.
//
// The parts are upstream's own commands, imported as packages; nothing of them is changed.
// One program instead of seven shares most of its code, so it builds once and starts fast.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

// parts is what this program can be. Each function never sees the part's name: run makes
// os.Args look as if the part had been started under it, because upstream reads os.Args.
var parts = map[string]func() int{
	"etcd":                    etcd,
	"kube-apiserver":          kubeAPIServer,
	"kube-controller-manager": kubeControllerManager,
	"kube-scheduler":          kubeScheduler,
	"kubectl":                 kubectl,
	"kubelet":                 kubelet,
	"kwok":                    kwok,
	"node":                    node,
	"registry":                registry,
}

func main() {
	os.Exit(run())
}

func run() int {
	if len(os.Args) < 2 {
		return usage("no part named")
	}
	part, known := parts[os.Args[1]]
	if !known {
		return usage(fmt.Sprintf("no part %q", os.Args[1]))
	}
	holdLifeline()
	os.Args = os.Args[1:]
	return part()
}

func usage(problem string) int {
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(os.Stderr, "%s: the first argument must be one of %s\n", problem, strings.Join(names, ", "))
	return 2
}
