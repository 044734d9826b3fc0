package main

import "golang.org/x/sys/unix"

// How to ask for and change the settings of a terminal.
const (
	getSettings = unix.TCGETS
	setSettings = unix.TCSETS
)
