// Package minaone reads the input of minAone, the annealing program of the
// Abarbanel group: equations.txt with the model, specs.txt with the settings of
// a run, and the data files that specs.txt names.
//
// In both files a line that begins with # is a comment. equations.txt has, one
// to a line,
//
//	the name of the problem
//	nY,nP,nU,nI,nF,nM    counts of states, parameters, controls, stimuli,
//	                     functions and data; nY,nP,nU,nI alone: nF = 0, nM = nU
//	nY right-hand sides
//	the measurement term of the cost
//	the names of states, controls, parameters, data and stimuli
//	function,arguments   of functions that a C++ file defines
//
// and specs.txt
//
//	T                    layers; each has a middle, so that 2T+1 data are used
//	skip                 data to leave out at the beginning
//	step                 of a layer: twice that of the data
//	format               0 .. 3: how data are filed, see (*specs).files
//	files                as the format says
//	low,high,Rf0         of each state
//	low,high,first       of each control
//	low,high             of each parameter
//	alpha,step,betas     Rf = Rf0 alpha^beta, beta = 0, step, .. < betas
//	output format        which is of no interest here
//
// The action is (cost + sum Rf (s^2 + q^2))/(2T+1) with the Simpson and Hermite
// residuals s and q of the layers, without a factor of 1/2.
package minaone
