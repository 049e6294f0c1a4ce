// Package discrete minimises the action of a chain of layers,
//
//	A = sum_k 1/2 (h(x(tau_k)) - y_k)' Rm (h(x(tau_k)) - y_k)      measurement error
//	  + int   1/2 (h(x) - y(t))' rm (h(x) - y(t)) dt               continuous measurements
//	  + sum_n Rf/(2 s) |x_{n+1} - x_n - s Phi(x_n, x_{n+1})|^2     model error
//	  + 1/2 |x_0 - xb|^2_B + 1/2 |theta - theta_b|^2_P             priors,
//
// over the states of all layers and the parameters theta, by a Newton
// iteration that eliminates the layers front by front, and follows its minima
// as the model's precision Rf grows (variational annealing).
//
// Rf is the precision of the continuous model error, so one layer of length s
// weighs Rf/s, and the action converges as layers are added. Rf = +Inf for a
// component makes its equation hold exactly. The costate of a residual is
// lambda = (Rf/s) times the residual; it stays bounded as Rf grows.
//
// A parameter that varies with the layer is a state with x' = 0 and a finite
// Rf; see Vary.
package discrete
