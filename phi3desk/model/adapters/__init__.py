"""LoRA adapters: checking, converting from PEFT, keeping."""
