// Package printable makes text safe for a terminal, and formats values as text.
//
// Pass everything that comes from a file or a service through [Text], or for
// long input through [Head], before it is shown. [Log] does the same for a
// stream of log lines. [Width] and [Cut] measure and shorten a safe text in
// columns of a terminal.
package printable
