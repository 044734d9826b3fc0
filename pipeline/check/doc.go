// Package check evaluates checks and expectations on the tables of a lake,
// managed or not. Package run evaluates the same checks on rows that it builds.
package check
