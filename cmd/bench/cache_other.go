//go:build !linux

package main

import "errors"

// dropCache is only possible on Linux.
func dropCache([]string) error { return errors.New("the page cache can be dropped on Linux only") }
