<?php

declare(strict_types=1);

namespace App\Controller;

use App\Repository\OrderRepository;
use App\Service\OrderService;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\Routing\Attribute\Route;

final class OrderController
{
    public function __construct(private OrderService $service, private OrderRepository $orders)
    {
    }

    #[Route('/orders', methods: ['POST'])]
    public function create(Request $request): JsonResponse
    {
        $data = json_decode($request->getContent(), true);
        $order = $this->service->place($data['customer'], $data['lines']);

        return new JsonResponse(['id' => $order->id(), 'total' => $order->total()], 201);
    }

    #[Route('/orders/{id}', methods: ['GET'])]
    public function show(string $id): JsonResponse
    {
        $order = $this->orders->find($id);
        if ($order === null) {
            return new JsonResponse(['error' => 'not found'], 404);
        }

        return new JsonResponse(['id' => $order->id(), 'state' => $order->state(), 'total' => $order->total(), 'customer' => $order->customer()]);
    }
}
