// Package report shows results: tables for people and for programs, files with
// full solutions, pictures, a self-contained HTML page, and progress on a
// terminal. It takes plain data and knows neither equations nor solvers.
package report
