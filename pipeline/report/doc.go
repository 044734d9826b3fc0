// Package report renders run records as text, Markdown and JUnit XML, and
// compares two runs by their counts or by their rows.
package report
