// Package check evaluates checks and expectations on tables at rest, whoever
// built them. Package run evaluates the same checks on rows that it builds.
package check
