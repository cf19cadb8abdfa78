# shellcheck shell=bash
# Creates one CA, one server certificate, and a client certificate for each component.

make_certificates() {
  local pki=$DIR/pki
  mkdir -p "$pki"
  openssl ecparam -name prime256v1 -genkey -noout -out "$pki/ca.key"
  openssl req -x509 -new -key "$pki/ca.key" -subj "/CN=$CLUSTER" -days 365 -out "$pki/ca.crt" 2>/dev/null
  openssl genrsa -out "$pki/sa.key" 2048 2>/dev/null
  openssl rsa -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2>/dev/null
  certify apiserver "/CN=kube-apiserver" \
    "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1,IP:$POD_GATEWAY,IP:$(inner_address)"
  certify admin "/O=system:masters/CN=admin"
  certify controller-manager "/CN=system:kube-controller-manager"
  certify scheduler "/CN=system:kube-scheduler"
  certify proxy "/CN=system:kube-proxy"
  certify kubelet "/O=system:nodes/CN=system:node:node" "DNS:node,IP:$POD_GATEWAY"
  certify front-proxy "/CN=front-proxy-client"
  write_kubeconfig "$DIR/kubeconfig" admin "https://$(inner_address):6443"
  local part
  for part in controller-manager scheduler proxy kubelet; do
    write_kubeconfig "$pki/$part.kubeconfig" "$part" https://127.0.0.1:6443
  done
}

# certify NAME SUBJECT [SANS]
certify() {
  local key=$DIR/pki/$1.key crt=$DIR/pki/$1.crt
  openssl ecparam -name prime256v1 -genkey -noout -out "$key"
  openssl req -new -key "$key" -subj "$2" 2>/dev/null |
    openssl x509 -req -CA "$DIR/pki/ca.crt" -CAkey "$DIR/pki/ca.key" -CAcreateserial -days 365 -out "$crt" \
      -extfile <(printf 'extendedKeyUsage=serverAuth,clientAuth\n%s' "${3:+subjectAltName=$3}") 2>/dev/null
}

write_kubeconfig() {
  cat >"$1" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "$3", certificate-authority-data: $(base64 -w0 "$DIR/pki/ca.crt")}}]
users: [{name: u, user: {client-certificate-data: $(base64 -w0 "$DIR/pki/$2.crt"), client-key-data: $(base64 -w0 "$DIR/pki/$2.key")}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
YAML
  chmod 600 "$1"
}
