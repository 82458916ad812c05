"""Addresses that forges call."""

from django.urls import path

from harvesters import views

urlpatterns = [
    path("webhooks/<slug:forge>/", views.receive_webhook, name="webhook"),
]
