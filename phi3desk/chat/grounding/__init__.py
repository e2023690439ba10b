"""Whether passages support what an answer says, sentence by sentence, whatever the model marked."""
