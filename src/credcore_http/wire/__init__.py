"""What goes over the wire: camelCase structures that forbid unknown fields, and the functions that make them."""
