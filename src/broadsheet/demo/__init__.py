"""The demonstration paper's readers; its stories are the newsroom's."""
