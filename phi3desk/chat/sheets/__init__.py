"""Questions that sheets answer by a query: taken apart, written as SQL by the model where rules fail, and told."""
