<?php

declare(strict_types=1);

namespace App\Service;

use App\Entity\Order;
use App\Entity\OrderLine;
use App\Message\OrderPaid;
use App\Repository\OrderRepository;
use Symfony\Component\Messenger\MessageBusInterface;

class OrderService
{
    public function __construct(
        private OrderRepository $orders,
        private MessageBusInterface $bus,
    ) {
    }

    public function place(string $customer, array $lines): Order
    {
        $order = new Order(bin2hex(random_bytes(8)), $customer);
        foreach ($lines as $line) {
            $order->add(new OrderLine($line['sku'], $line['quantity'], $line['price']));
        }
        $this->orders->save($order);

        return $order;
    }

    public function pay(string $id): void
    {
        $order = $this->orders->find($id);
        $order->pay(new \DateTimeImmutable());
        $this->orders->save($order);
        $this->bus->dispatch(new OrderPaid($id));
    }

    public function refundable(Order $order): bool
    {
        return $order->paidAt()->modify('+14 days') > new \DateTimeImmutable() && $order->state() !== Order::REFUNDED;
    }

    public function invoiceDate(Order $order): string
    {
        return $order->paidAt()->format('Y-m-d');
    }
}
