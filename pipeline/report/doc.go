// Package report writes run records for people and for CI (text, Markdown,
// JUnit), and compares two runs by their counts or by their rows.
package report
