//go:build linux && !amd64

package query

var otherDeniedCalls []uint32
