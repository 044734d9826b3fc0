//go:build !unix

package main

import (
	"os"
	"os/exec"
)

func ownGroup(*exec.Cmd) {}

func peakBytes(*os.ProcessState) int64 { return 0 }

func flush() {}
