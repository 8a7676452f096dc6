"""The paper's mail: rendered from MJML, kept until it is handed over."""
