package ode
import ("testing";"fmt")
func TestY(t *testing.T){
 m:=newImplicit(3,true)
 q:=len(m.lambda)
 for i:=range 3 { for j:=range 3 {
  v:=0.0; w:=0.0
  for k:=range q { f:=2.0; if k==0&&m.real {f=1}; v+=f*real(m.t[i*q+k]*m.lambda[k]*m.tinv[k*3+j]); w+=f*real(m.t[i*q+k]*m.tinv[k*3+j]) }
  fmt.Println(i,j,v,w)
 }}
}
