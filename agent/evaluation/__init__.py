"""How well the rules do on footage that somebody has labelled."""
