// Package survey reads the state of a lake without changing it: which tables
// exist, are stale or were modified, what a running process does, column stats,
// and the rows of one subject. No function here takes the lock.
package survey
