// Package ndjson reads and writes JSON lines strictly, in columns.
//
// A [Scan] reads files as one table. It parses every line once, directly into
// column vectors of a layout that the caller owns, from several goroutines if
// needed. It rejects a line that does not match the columns exactly, with the
// position and the reason; a [Report] lists the rejects and how to repair a
// file that is not JSON lines. A [Walker] reads a few rows of one file from any
// line. A [Writer] and an [Encoder] write vectors as JSON lines.
//
// The package does not depend on an engine, a lake or a screen.
package ndjson
