package main

import "golang.org/x/sys/unix"

// The ioctl requests that read and write terminal settings.
const (
	getSettings = unix.TIOCGETA
	setSettings = unix.TIOCSETA
)
